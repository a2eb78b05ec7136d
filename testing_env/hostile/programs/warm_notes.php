<?php
//: group: Shared runtimes
//: tries: to leave later runs notes in a PHP interpreter: statics, settings, handlers, hooks, buffers, folder, files
//: expect: tested=OK brute=OK
//: time: 3s
//: memory: 256M
//: tests: 30
//: why: a run from a snapshot begins with the interpreter as a fresh process has it
function kept($what)
{
    while (ob_get_level() > 0) {
        ob_end_clean();
    }
    fwrite(STDOUT, "BREACH\n");
    fwrite(STDERR, "BREACH: kept $what\n");
    exit(86);
}

class Note
{
    public static $runs = 0;
}

function runs()
{
    static $runs = 0;
    return ++$runs;
}

[$a, $b] = array_map('intval', preg_split('/\s+/', stream_get_contents(STDIN)));
if (++Note::$runs > 1 || runs() > 1) kept("a static");
if (isset($GLOBALS['note']) || defined('NOTE')) kept("a global");
if (ini_get('precision') === '3') kept("a setting");
if (getenv('NOTE') !== false) kept("the environment");
if (getcwd() === '/proc') kept("the folder");
if (count(scandir('.')) > 2) kept("a file");
if (ob_get_level() > 0) kept("a buffer");
if (set_error_handler(null) !== null) kept("a handler");
if (umask() === 0777) kept("the mask");
fwrite(STDOUT, $a + $b . "\n");
$GLOBALS['note'] = 'kept';
define('NOTE', 'kept');
ini_set('precision', '3');
putenv('NOTE=kept');
file_put_contents('note', 'kept');
chdir('/proc');
set_error_handler(function () { fwrite(STDOUT, "BREACH\n"); });
umask(0777);
mt_srand(1);
register_shutdown_function(function () { $GLOBALS['note'] = 'later'; });
ob_start(function ($text) { return ''; });
echo "never";
