# input: 3
# expect: YES\nNO\nYES
use v5.30;

sub answer {
	my $odd = shift;
	return say "YES" if $odd;
	say "N0"; # WRONG
}

chomp(my $n = <>);
for my $i (1 .. $n) {
	answer($i % 2);
}
