<?php
// input: 3
// expect: 1\n2\n3
// note: ends too early
$n = (int) fgets(STDIN);
for ($i = 1; $i < $n; $i++) {
    echo $i . PHP_EOL; // WRONG
}
