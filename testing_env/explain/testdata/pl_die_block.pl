# verdict: RE
# input: 3
# expect: 1
# note: too large: 3
use strict;

sub check {
	my ($n) = @_;
	if ($n > 2) {
		die "too large: $n"; # WRONG
	}
	return $n;
}

my $n = <STDIN> + 0;
print check($n), "\n";
