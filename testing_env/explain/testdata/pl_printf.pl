# input: 4
# expect: 1 2 3 4
use strict;
my $n = <STDIN>;
$, = " ";
for (my $i = 1; $i <= $n; $i++) {
	if ($i == 3) {
		printf STDOUT "%d ", 7; # WRONG
	} else {
		print STDOUT $i, "";
	}
}
