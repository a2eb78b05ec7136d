# Tells which line of a Ruby program printed one byte of its standard output.
#
# Loaded by "ruby -r" with STRESSTESTER_TRACE="FD:OFFSET". Output goes to the file at once, and
# the write with the byte at OFFSET is logged to FD as described in trace.c, with frames as
# "LINE:FUNCTION". With "FD:OFFSET:PERIOD" no write is logged; instead samples are taken every
# PERIOD microseconds of processor time, or as often as the interpreter lets them.

module Stresstester
  def self.frames(locations)
    # Methods of the library's own, written in C, have their caller's line.
    @defined ||= File.read($PROGRAM_NAME).scan(/\bdef\s+(?:self\.)?([^\s(;]+)/).flatten
    own = (locations || []).select { |l| l.path == $PROGRAM_NAME && (l.label =~ /[< ]/ || @defined.include?(l.base_label)) }
    own.first(60).map { |l| "#{l.lineno}:#{l.label.gsub(/\s/, '_')}" }.join(" ")
  end

  # Output logs what is written to the stream it is put in front of.
  module Output
    def self.start(log, wanted)
      @log, @wanted, @at = log, wanted, 0
    end

    def self.wrote(bytes)
      if @at <= @wanted && @wanted < @at + bytes
        @log.syswrite("w #{@at} #{@at + bytes} #{Stresstester.frames(caller_locations(2))}\n")
      end
      @at += bytes
    end

    def write(*parts)
      n = super
      Output.wrote(n)
      n
    end

    def syswrite(text)
      n = super
      Output.wrote(n)
      n
    end

    def write_nonblock(text, **options)
      n = super
      Output.wrote(n) if n.is_a?(Integer)
      n
    end

    def sync=(_value)
      # It stays unbuffered.
    end
  end

  order = ENV.delete("STRESSTESTER_TRACE")
  if order
    fd, wanted, period = order.split(":").map(&:to_i)
    log = IO.for_fd(fd, "w", autoclose: false)
    if period.nil?
      Output.start(log, wanted)
      STDOUT.sync = true
      STDOUT.singleton_class.prepend(Output)
    elsif period > 0
      require "fiddle"
      samples = 0
      Signal.trap("PROF") do
        samples += 1
        log.syswrite("t 0 #{frames(caller_locations(1))}\n") if samples <= 4000
      end
      every = [0, period, 0, period].pack("q4")
      Fiddle::Function.new(Fiddle::Handle::DEFAULT["setitimer"], [Fiddle::TYPE_INT, Fiddle::TYPE_VOIDP, Fiddle::TYPE_VOIDP], Fiddle::TYPE_INT).call(2, every, nil)
    end
  end
end
