#: group: Shared runtimes
#: tries: to leave processes behind from a Ruby process, which print into later runs
#: expect: tested=OK
#: time: 3s
#: memory: 256M
#: tests: 25
#: why: a program that leaves processes is executed, and they end with the run
a, b = STDIN.read.split.map(&:to_i)
puts a + b
$stdout.flush
2.times do
  fork do
    Process.setsid
    trap("TERM", "IGNORE")
    sleep 0.2
    STDOUT.puts "BREACH"
    sleep
  end
end
