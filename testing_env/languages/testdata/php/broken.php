<?php
$n = 3;
if ($n > 2 { // <-- error
    echo $n;
}
