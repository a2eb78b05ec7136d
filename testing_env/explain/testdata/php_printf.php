<?php
// input: 4
// expect: 1 2 3 4
fscanf(STDIN, "%d", $n);
foreach (range(1, $n) as $i) {
    if ($i == 3) {
        printf("%d ", 7); // WRONG
    } else {
        print("$i ");
    }
}
