# verdict: TLE
# input: 100000
# expect: 1
# note: of its time was spent in this line
use strict;

sub count {
	my ($n) = @_;
	my $seen = "";
	for my $i (1 .. $n) {
		next if index($seen, ",$i,") >= 0; # WRONG
		$seen .= ",$i,";
	}
	return length $seen;
}

my $n = <STDIN>;
print count($n), "\n";
