local n = io.read("*n")
local best, sum = -1e18, -1e18
for i = 1, n do
  local x = io.read("*n")
  sum = math.max(x, sum + x)
  best = math.max(best, sum)
end
print(string.format("%d", best))
