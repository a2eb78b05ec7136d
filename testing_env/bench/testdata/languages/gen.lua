math.randomseed(tonumber(arg[#arg]))
local n = math.random(1, 8)
print(n)
local t = {}
for i = 1, n do t[i] = math.random(-10, 10) end
print(table.concat(t, " "))
