use strict;
use warnings;

my $n = <STDIN>;
print $m; # <-- error
