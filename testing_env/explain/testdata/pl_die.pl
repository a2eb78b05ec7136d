# verdict: RE
# input: 3
# expect: 1
# note: Illegal division by zero
use strict;

sub share {
	my ($a, $b) = @_;
	return $a / $b; # WRONG
}

my $n = <STDIN>;
print share($n, $n - 3), "\n";
