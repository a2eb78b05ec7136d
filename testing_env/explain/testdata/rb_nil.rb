# verdict: RE
# input: 3
# expect: 1
# note: undefined method `+' for nil
def last(a)
  a[a.size] + 1 # WRONG
end

n = gets.to_i
puts last(Array.new(n, 0))
