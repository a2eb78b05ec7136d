local function pick(values, i)
  return values[i].x -- <-- crash
end

local n = io.read("n")
print(pick({}, n))
