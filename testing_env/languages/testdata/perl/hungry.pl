my $n = 1 << 45;
my $text = "x" x $n;
print length($text), "\n";
