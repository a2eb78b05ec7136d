def depth(n)
  n.zero? ? 0 : depth(n - 1) + 1
end

puts depth(gets.to_i)
