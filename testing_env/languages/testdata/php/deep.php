<?php
function depth(int $n): int {
    return $n == 0 ? 0 : depth($n - 1) + 1;
}

echo depth((int) fgets(STDIN)), "\n";
