use strict;
use warnings;
srand($ARGV[-1]);
my $n = int(rand(8)) + 1;
print "$n\n", join(" ", map { int(rand(21)) - 10 } 1 .. $n), "\n";
