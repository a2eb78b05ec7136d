#: group: Shared runtimes
#: tries: to leave later runs notes in a Ruby process: globals, changed classes, handlers, hooks, streams, files, threads
#: expect: tested=OK brute=OK
#: time: 3s
#: memory: 256M
#: tests: 30
#: why: every run is made in a copy of the process
def kept(what)
  STDOUT.puts "BREACH"
  STDERR.puts "BREACH: kept #{what}"
  exit! 86
end

a, b = STDIN.read.split.map(&:to_i)
kept "a global" if $note
kept "a constant" if Object.const_defined?(:NOTE)
kept "a changed class" if 1.respond_to?(:note) || Integer.method_defined?(:note)
kept "the environment" if ENV["NOTE"]
kept "the folder" if Dir.pwd == "/proc"
kept "a file" unless Dir.children(".").empty?
kept "a handler" unless trap("USR1", "DEFAULT") == "DEFAULT"
kept "a thread" if Thread.list.size > 1
kept "the streams" unless $stdout.equal?(STDOUT)
kept "random numbers" if rand == 0.13436424411240122
kept "a feature" if $LOADED_FEATURES.include?("note")
STDOUT.puts a + b
STDOUT.flush
$note = NOTE = ENV["NOTE"] = "kept"
class Integer
  def note = 1
end
File.write("note", "kept")
Dir.chdir("/proc")
trap("USR1") { STDOUT.puts "BREACH" }
at_exit { $note = "later" }
Thread.new { sleep 0.1; STDOUT.puts "BREACH" }
ObjectSpace.define_finalizer(+"note", proc { $note })
$LOADED_FEATURES << "note"
srand 1
$stdout = STDERR
class IO
  def puts(*) = nil
end
