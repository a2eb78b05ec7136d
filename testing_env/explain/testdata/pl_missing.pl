# input: 3
# expect: 1\n2\n3
# note: ends too early
my $n = <STDIN>;
for my $i (1 .. $n - 1) {
	print "$i\n"; # WRONG
}
