#: group: Shared runtimes
#: tries: to leave later runs notes in a Perl interpreter: globals, changed functions, handlers, hooks, folder, mask, files
#: expect: tested=OK brute=OK
#: time: 3s
#: memory: 256M
#: tests: 30
#: why: a run from a snapshot begins with the interpreter as a fresh process has it
use strict;
use warnings;
use POSIX ();

sub kept {
    syswrite STDOUT, "BREACH\n";
    syswrite STDERR, "BREACH: kept $_[0]\n";
    POSIX::_exit(86);
}

our ($note, %notes, @notes);
kept("a global") if defined $note || %notes || @notes;
kept("a function") if defined &added || length("ab") != 2;
kept("the environment") if defined $ENV{NOTE};
kept("a handler") if defined $SIG{USR1} || defined $SIG{__WARN__} || defined $SIG{ALRM};
kept("a module") if exists $INC{"note.pm"};
kept("the separators") if defined $, || defined $\ || $/ ne "\n";
kept("the mask") if umask == 0777;
kept("a file") if -e "note";
kept("random numbers") if abs(rand() - 0.0416303447718782) < 1e-9;
my $text = do { local $/; <STDIN> };
my ($first, $second) = split ' ', $text;
print $first + $second, "\n";
$| = 1;
print "";
$note = $notes{a} = $notes[3] = "kept";
{ no strict 'refs'; *{"main::added"} = sub { 1 }; }
$ENV{NOTE} = $INC{"note.pm"} = "kept";
$SIG{USR1} = $SIG{ALRM} = $SIG{__WARN__} = sub { print "BREACH\n" };
open my $file, ">", "note";
chdir "/proc";
umask 0777;
srand 1;
($,, $\, $/) = ("x", "y", "z");
alarm 1;
open STDIN, "<", "/dev/null";
open STDOUT, ">", "/dev/null";
END { $note = "later" }
