-- input: 3
-- expect: 1\n2\n4
-- note: put together before
local out = {}
for i = 1, io.read("*n") do
  out[#out + 1] = i
end
print(table.concat(out, "\n")) -- WRONG
