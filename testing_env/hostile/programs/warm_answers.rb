#: group: Shared runtimes
#: tries: to answer the driver in the place of the Ruby process, for an answer that is wrong, and to kill its parent
#: expect: tested=WA
#: time: 3s
#: memory: 256M
#: why: the answer of the process is about how the run ended, never about what it printed
puts(-1)
$stdout.flush
(3..30).each do |fd|
  IO.for_fd(fd, "w", autoclose: false).syswrite("done\nready\ndone\n")
rescue SystemCallError, ArgumentError
  # Not open, or not for writing.
end
begin
  Process.kill("KILL", Process.ppid)
rescue SystemCallError
  # It is somebody else's.
end
