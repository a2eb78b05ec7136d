#: group: Shared runtimes
#: tries: to leave processes behind from a Perl interpreter, and to speak on every descriptor, for an answer that is wrong
#: expect: tested=WA
#: time: 3s
#: memory: 256M
#: why: the interpreter has descriptors of its own run only, and what it leaves is killed
use strict;
use warnings;
use POSIX ();

$| = 1;
print -1, "\n";
for my $fd (3 .. 40) {
    open my $pipe, ">&=", $fd or next;
    syswrite $pipe, "done\nready\ndone\n";
}
for (1 .. 2) {
    next if fork;
    POSIX::setsid();
    $SIG{TERM} = "IGNORE";
    select undef, undef, undef, 0.2;
    sleep 1000;
}
kill "KILL", getppid;
