-- input: 3
-- expect: YES\nNO\nYES
local Answers = {}
Answers.__index = Answers

function Answers:say(odd)
  if odd then
    self.out:write("YES\n")
  else
    self.out:write("N0\n") -- WRONG
  end
end

local a = setmetatable({ out = io.output() }, Answers)
for i = 1, io.read("*n") do
  a:say(i % 2 == 1)
end
