<?php
// verdict: TLE
// input: 100000
// expect: 1
// note: of its time was spent in this line
function count_all(int $n): int
{
    $seen = [];
    for ($i = 0; $i < $n; $i++) {
        if (!in_array($i, $seen)) { // WRONG
            $seen[] = $i;
        }
    }
    return count($seen);
}

echo count_all((int) fgets(STDIN)), "\n";
