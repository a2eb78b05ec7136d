// Brings the interpreter to the point where the script would begin, stops there (see
// the shim's README), and makes each run what a fresh interpreter would make of it.
// Run with "php -r THIS -- SCRIPT".
(function () {
	$unescape = fn($word) => str_replace(["\2\3", "\2\4"], ["\1", "\2"], $word);
	$words = array_map($unescape, explode("\1", readlink('/proc/stresstester/run')));
	array_pop($words);
	$count = (int) array_shift($words);
	$GLOBALS['argv'] = $_SERVER['argv'] = array_splice($words, 0, $count);
	$GLOBALS['argc'] = $_SERVER['argc'] = $count;
	foreach (['PHP_SELF', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_TRANSLATED'] as $name) {
		$_SERVER[$name] = $GLOBALS['argv'][0];
	}
	foreach ($words as $entry) {
		[$name, $value] = explode('=', $entry, 2);
		if (getenv($name) !== $value) {
			putenv($entry);
			$_SERVER[$name] = $value;
		}
	}
	$_SERVER['REQUEST_TIME_FLOAT'] = microtime(true);
	$_SERVER['REQUEST_TIME'] = (int) $_SERVER['REQUEST_TIME_FLOAT'];
})();
include $argv[0];
