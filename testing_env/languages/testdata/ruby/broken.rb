n = gets.to_i
puts (1 + # <-- error
