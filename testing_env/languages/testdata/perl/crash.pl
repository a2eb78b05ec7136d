use strict;
use warnings;

sub pick {
    my ($n) = @_;
    return 7 / ($n - 5); # <-- crash
}

print pick(<STDIN> + 0), "\n";
