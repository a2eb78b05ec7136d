# input: 4
# expect: 1 2 3 4
n = $stdin.read.to_i
1.upto(n) do |i|
  if i == 3
    print 7, " " # WRONG
  else
    $stdout << i << " "
  end
end
puts
