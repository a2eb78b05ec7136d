# Tells which line of a Perl program printed one byte of its standard output.
#
# Loaded by "perl -MStresstester" with STRESSTESTER_TRACE="FD:OFFSET". Output goes to the file
# at once, and the print with the byte at OFFSET is logged to FD as described in trace.c, with
# frames as "LINE:FUNCTION". With "FD:OFFSET:PERIOD" no write is logged; instead samples are
# taken every PERIOD microseconds of processor time.
package Stresstester;

my ($log, $wanted, $at, $out) = (undef, 0, 0, undef);

# frames are the calls of the program's own from that depth on, the innermost first.
sub frames {
	my ($depth, @frames) = @_;
	while (my ($package, $file, $line) = caller($depth)) {
		$depth++;
		next if $file ne $0;
		my $name = (caller($depth))[3];
		$name = "main" if !defined $name || $name eq "";
		$name =~ s/\s/_/g;
		push @frames, "$line:$name";
		last if @frames == 60;
	}
	return "@frames";
}

sub put {
	my ($text) = @_;
	my ($before, $comma, $end) = ($at, $,, $\);
	local ($,, $\) = (undef, undef);
	my $ok = print {$out} $text;
	$at = sysseek($out, 0, 1) + 0;
	if ($before <= $wanted && $wanted < $at) {
		syswrite($log, "w $before $at " . frames(2) . "\n");
	}
	return $ok;
}

sub TIEHANDLE { return bless {}, shift }
sub PRINT {
	my $self = shift;
	return put(join(defined $, ? $, : "", @_) . (defined $\ ? $\ : ""));
}
sub PRINTF {
	my ($self, $format, @values) = @_;
	return put(sprintf($format, @values));
}
sub WRITE {
	my ($self, $text, $length, $from) = @_;
	$text = substr($text, $from || 0, defined $length ? $length : length $text);
	return put($text) ? length $text : undef;
}
sub BINMODE { my ($self, $layer) = @_; return defined $layer ? binmode($out, $layer) : binmode($out) }
sub FILENO { return 1 }
sub CLOSE { return 1 }
sub UNTIE { }

sub import {
	my $order = delete $ENV{STRESSTESTER_TRACE};
	return if !defined $order;
	# Without optimisation, so that no block loses the line of its only statement.
	$^P |= 0x04;
	my ($fd, $offset, $period) = split /:/, $order;
	open($log, ">>&=", $fd) or return;
	if (!defined $period) {
		$wanted = $offset;
		open($out, ">&=", 1) or return;
		my $selected = select($out);
		$| = 1;
		select($selected);
		tie *STDOUT, "Stresstester";
	} elsif ($period > 0) {
		require Time::HiRes;
		my $samples = 0;
		$SIG{PROF} = sub { syswrite($log, "t 0 " . frames(1) . "\n") if $samples++ < 4000 };
		Time::HiRes::setitimer(Time::HiRes::ITIMER_PROF(), $period / 1e6, $period / 1e6);
	}
}

1;
