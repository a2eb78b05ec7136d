<?php
require __DIR__ . "/totals.php";

$words = preg_split('/\s+/', trim(stream_get_contents(STDIN)));
$values = array_map('intval', array_slice($words, 1));
echo total($values), " ", max($values), "\n";
