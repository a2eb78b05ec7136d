package Totals;
use strict;
use warnings;
use List::Util qw(sum);

sub total { return sum(@_) }

1;
