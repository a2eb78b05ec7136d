-- verdict: RE
-- input: 3
-- expect: 1
-- note: attempt to perform arithmetic on
local function last(a)
  return a[#a + 1] + 1 -- WRONG
end

local a = {}
for i = 1, io.read("*n") do
  a[i] = i
end
print(last(a))
