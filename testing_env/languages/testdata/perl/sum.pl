use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use List::Util qw(max);
use Totals;

<STDIN>;
my @values = split ' ', <STDIN>;
print Totals::total(@values), " ", max(@values), "\n";
