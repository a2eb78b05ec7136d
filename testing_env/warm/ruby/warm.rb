# A Ruby interpreter that makes one run of the script after the other, each in a copy
# of itself: fork is the interpreter's own, which knows how to go on in a child.
# ../README.md has the protocol. Usage: ruby warm.rb SCRIPT.
lambda do
  numbers = ENV.delete("STRESSTESTER_WARM").split(":").map(&:to_i)
  requests, answers = IO.for_fd(numbers[0], "rb"), IO.for_fd(numbers[1], "wb")
  answers.sync = true
  script = ARGV.shift
  # Nothing of the script's may stay when its process has ended: orphans come here.
  syscall(157, 36, 1, 0, 0, 0) if RUBY_PLATFORM.start_with?("x86_64")
  code = File.read(script)
  if code.match?(/^__END__$/) || code.match?(/\b(?:DATA|SCRIPT_LINES__)\b/)
    answers.puts "unsuitable it reads its own source"
    exit!
  end
  RubyVM::InstructionSequence.compile(code, script, script) rescue nil
  GC.start
  Process.warmup if Process.respond_to?(:warmup)
  answers.puts "ready"
  while (header = requests.read(8))
    count, size = header.unpack("VV")
    words = requests.read(size).split("\0", -1).each { |w| w.force_encoding(Encoding::UTF_8) }
    child = fork do
      requests.close
      answers.close
      STDIN.reopen("/proc/self/fd/0", "r")
      STDOUT.reopen("/proc/self/fd/1", "w")
      STDERR.reopen("/proc/self/fd/2", "w")
      STDERR.sync = true
      words.drop(count).each { |entry| ENV.store(*entry.split("=", 2)) if entry.include?("=") }
      ARGV.replace(words.first(count))
      $0 = script
      srand
      load script
    end
    answers.puts "child #{child}"
    Process.wait(child)
    ended = $?
    begin
      Process.wait(-1, Process::WNOHANG)
      answers.puts "unsuitable it leaves processes behind"
    rescue Errno::ECHILD
      answers.puts(ended.success? ? "done" : "failed")
    end
  end
  exit!
end.call
