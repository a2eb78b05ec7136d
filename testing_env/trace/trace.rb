# Tells which line of a Ruby program printed one byte of its standard output.
#
# Loaded by "ruby -r" with STRESSTESTER_TRACE="FD:OFFSET". Output goes to the file at once, and
# the write with the byte at OFFSET is logged to FD as described in trace.c, with frames as
# "LINE:FUNCTION". With "FD:OFFSET:PERIOD" no write is logged; instead another thread logs
# where the program is, as often as the interpreter lets it.

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
      main = Thread.main
      Thread.new do
        resident = -> { File.read("/proc/self/statm").split[1].to_i * 4096 }
        before = resident.call
        4000.times do
          sleep(period / 1e6)
          now = resident.call
          log.syswrite("t #{[now - before, 0].max} #{frames(main.backtrace_locations)}\n")
          before = now
        end
      end
    end
  end
end
