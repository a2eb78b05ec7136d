r = Random.new(ARGV.last.to_i)
n = r.rand(1..8)
puts n
puts Array.new(n) { r.rand(-10..10) }.join(" ")
