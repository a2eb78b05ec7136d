<?php
//: group: Shared runtimes
//: tries: to leave processes behind from a PHP interpreter, and to speak on every descriptor, for an answer that is wrong
//: expect: tested=WA
//: time: 3s
//: memory: 256M
//: why: the interpreter has descriptors of its own run only, and what it leaves is killed
echo -1, "\n";
for ($fd = 3; $fd < 40; $fd++) {
    $pipe = @fopen("php://fd/$fd", 'w');
    if ($pipe) {
        @fwrite($pipe, "done\nready\ndone\n");
    }
}
foreach (['setsid sleep 1000', 'sleep 1000'] as $command) {
    proc_open("$command &", [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']], $pipes);
}
