<?php
// input: 3
// expect: 1\n2\n3
function show(int $x): void
{
    if ($x === 2) {
        echo 5, "\n"; // WRONG
    } else {
        echo $x, "\n";
    }
}

$n = (int) fgets(STDIN);
for ($i = 1; $i <= $n; $i++) {
    show($i);
}
