local totals = {}

function totals.sum(values)
  local sum = 0
  for _, x in ipairs(values) do sum = sum + x end
  return sum
end

return totals
