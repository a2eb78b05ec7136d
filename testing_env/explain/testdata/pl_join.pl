# input: 3
# expect: 1\n2\n4
# note: put together before
my $n = <STDIN>;
my @out;
push @out, $_ for 1 .. $n;
print join("\n", @out), "\n"; # WRONG
