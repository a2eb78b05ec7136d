-- input: 3
-- expect: 1\n2\n3
local function show(x)
  if x == 2 then
    print(5) -- WRONG
  else
    print(x)
  end
end

local n = io.read("*n")
for i = 1, n do
  show(i)
end
