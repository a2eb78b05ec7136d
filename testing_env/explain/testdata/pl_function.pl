# input: 3
# expect: 1\n2\n3
use strict;
use warnings;

sub show {
	my ($x) = @_;
	if ($x == 2) {
		print 5, "\n"; # WRONG
	} else {
		print "$x\n";
	}
}

my $n = <STDIN>;
show($_) for 1 .. $n;
