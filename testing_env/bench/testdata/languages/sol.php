<?php
fscanf(STDIN, "%d", $n);
$best = $sum = -(1 << 60);
foreach (preg_split('/\s+/', trim(fgets(STDIN))) as $x) {
    $sum = max((int) $x, $sum + (int) $x);
    $best = max($best, $sum);
}
echo $best, "\n";
