<?php
mt_srand((int) end($argv));
$n = mt_rand(1, 8);
echo $n, "\n";
for ($i = 0; $i < $n; $i++) echo mt_rand(-10, 10), " ";
echo "\n";
