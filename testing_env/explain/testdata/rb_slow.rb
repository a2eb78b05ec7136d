# verdict: TLE
# input: 100000
# expect: 1
# note: of its time was spent in this line
def count(n)
  seen = []
  n.times do |i|
    next if seen.include?(i) # WRONG

    seen << i
  end
  seen.size
end

puts count(gets.to_i)
