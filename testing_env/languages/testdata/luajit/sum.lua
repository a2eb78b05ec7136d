#!/usr/bin/env luajit
local totals = require("totals")
assert(jit)
local n = io.read("*n")
local values = {}
for i = 1, n do values[i] = io.read("*n") end
print(string.format("%d %d", totals.sum(values), math.max(unpack(values))))
