<?php
function pick(int $n): int {
    return intdiv(7, $n - 5); // <-- crash
}

echo pick((int) fgets(STDIN)), "\n";
