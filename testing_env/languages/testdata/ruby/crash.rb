def pick(values, i)
  values.fetch(i) # <-- crash
end

puts pick([1, 2], gets.to_i)
