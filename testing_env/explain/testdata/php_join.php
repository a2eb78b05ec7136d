<?php
// input: 3
// expect: 1\n2\n4
// note: put together before
$out = [];
for ($i = 1, $n = (int) fgets(STDIN); $i <= $n; $i++) {
    $out[] = $i;
}
echo implode("\n", $out); // WRONG
