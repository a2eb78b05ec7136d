# input: 3
# expect: 1\n2\n3
def show(x)
  if x == 2
    puts 5 # WRONG
  else
    puts x
  end
end

n = gets.to_i
(1..n).each { |i| show(i) }
