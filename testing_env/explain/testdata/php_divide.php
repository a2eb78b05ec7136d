<?php
// verdict: RE
// input: 3
// expect: 1
// note: Division by zero
function share(int $a, int $b): int
{
    return intdiv($a, $b); // WRONG
}

$n = (int) fgets(STDIN);
echo share($n, $n - 3), "\n";
