<?php
// input: 3
// expect: YES\nNO\nYES
class Answers
{
    function say(bool $odd)
    {
        if ($odd) {
            fwrite(STDOUT, "YES\n");
        } else {
            fputs(STDOUT, "N0\n"); // WRONG
        }
    }
}

$a = new Answers();
$n = (int) trim(fgets(STDIN));
for ($i = 0; $i < $n; $i++) {
    $a->say($i % 2 == 0);
}
