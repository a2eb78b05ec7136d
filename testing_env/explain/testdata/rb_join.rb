# input: 3
# expect: 1\n2\n4
# note: put together before
n = gets.to_i
out = (1..n).map(&:to_s)
puts out.join("\n") # WRONG
