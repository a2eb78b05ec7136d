-- input: 4
-- expect: 1 2 3 4
local n = tonumber(io.read("*l"))
io.stdout:setvbuf("full")
for i = 1, n do
  if i == 3 then
    io.write(7, " ") -- WRONG
  else
    io.stdout:write(i, " ")
  end
end
