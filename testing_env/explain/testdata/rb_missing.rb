# input: 3
# expect: 1\n2\n3
# note: ends too early
n = gets.to_i
(1...n).each do |i|
  p i # WRONG
end
