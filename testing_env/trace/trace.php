<?php
/**
 * Tells which line of a PHP program printed one byte of its standard output.
 *
 * Loaded as auto_prepend_file with STRESSTESTER_TRACE="FD:OFFSET". Output by echo and its like
 * and by STDOUT passes through here one statement at a time, and the one with the byte at
 * OFFSET is logged to FD as described in trace.c, with frames as "LINE:FUNCTION". With
 * "FD:OFFSET:PERIOD" no write is logged; a child of the program's sends it a signal every
 * PERIOD microseconds instead, and where it is then is logged.
 */
final class StresstesterTrace extends php_user_filter
{
    private static $log;
    private static int $wanted = 0;
    private static int $at = 0;
    private static string $program = '';

    /** The calls of the program's own, the innermost first. */
    private static function frames(): string
    {
        $frames = [];
        $calls = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 80);
        foreach ($calls as $i => $call) {
            if (($call['file'] ?? '') === self::$program && count($frames) < 60) {
                $frames[] = $call['line'] . ':' . ($calls[$i + 1]['function'] ?? 'main');
            }
        }
        return implode(' ', $frames);
    }

    private static function wrote(int $bytes): void
    {
        if (self::$at <= self::$wanted && self::$wanted < self::$at + $bytes) {
            fwrite(self::$log, 'w ' . self::$at . ' ' . (self::$at + $bytes) . ' ' . self::frames() . "\n");
        }
        self::$at += $bytes;
    }

    /** What is written to the stream STDOUT. */
    public function filter($in, $out, &$consumed, bool $closing): int
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            self::wrote($bucket->datalen);
            $consumed += $bucket->datalen;
            stream_bucket_append($out, $bucket);
        }
        return PSFS_PASS_ON;
    }

    public static function sampled(): void
    {
        fwrite(self::$log, 't 0 ' . self::frames() . "\n");
    }

    public static function start(string $order): void
    {
        $parts = array_map('intval', explode(':', $order));
        self::$wanted = $parts[1];
        self::$log = fopen('php://fd/' . $parts[0], 'a');
        self::$program = realpath($_SERVER['SCRIPT_FILENAME']);
        if (!isset($parts[2])) {
            ob_start(function (string $text): string {
                self::wrote(strlen($text));
                return $text;
            }, 1);
            stream_filter_register('stresstester', self::class);
            stream_filter_append(STDOUT, 'stresstester', STREAM_FILTER_WRITE);
        } elseif ($parts[2] > 0) {
            self::sample($parts[2]);
        }
    }

    private static function sample(int $period): void
    {
        pcntl_async_signals(true);
        pcntl_signal(SIGPROF, fn () => self::sampled());
        $parent = getmypid();
        if (pcntl_fork() === 0) {
            for ($i = 0; $i < 4000 && posix_getppid() === $parent; $i++) {
                usleep($period);
                posix_kill($parent, SIGPROF);
            }
            posix_kill(getmypid(), SIGKILL);
        }
    }
}

if (($order = getenv('STRESSTESTER_TRACE')) !== false) {
    putenv('STRESSTESTER_TRACE');
    unset($_SERVER['STRESSTESTER_TRACE'], $_ENV['STRESSTESTER_TRACE']);
    StresstesterTrace::start($order);
    unset($order);
}
