-- input: 3
-- expect: 1\n2\n3
-- note: ends too early
local n = io.read("*n")
for i = 1, n - 1 do
  print(i) -- WRONG
end
