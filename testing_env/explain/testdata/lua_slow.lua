-- verdict: TLE
-- input: 3
-- expect: 1
-- note: of its time was spent in this line
local function collatz(n)
  local steps = 0
  while n ~= 0 do
    steps = (steps * 31 + n) % 1000003 + (steps % 7) * (n % 5) -- WRONG
    n = n + 2
  end
  return steps
end

print(collatz(io.read("*n")))
