use strict;
use warnings;
my $n = <STDIN>;
my ($best, $sum) = (-1e18, -1e18);
for my $x (split ' ', <STDIN>) {
    $sum = $sum > 0 ? $sum + $x : $x;
    $best = $sum if $sum > $best;
}
print "$best\n";
