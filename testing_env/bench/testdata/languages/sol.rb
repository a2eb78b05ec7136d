gets
best = sum = -(1 << 60)
gets.split.map(&:to_i).each do |x|
  sum = [x, sum + x].max
  best = [best, sum].max
end
puts best
