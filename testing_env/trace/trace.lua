-- Tells which line of a Lua program printed one byte of its standard output.
--
-- Run as "lua trace.lua PROGRAM ARGUMENTS…" with STRESSTESTER_TRACE="FD:OFFSET". Output goes
-- to the file at once, and the write with the byte at OFFSET is logged to FD as described in
-- trace.c, with frames as "LINE:FUNCTION". With "FD:OFFSET:PERIOD" no write is logged; instead
-- samples are taken every PERIOD microseconds of processor time. Works with Lua and LuaJIT.

local fd, wanted, period = string.match(os.getenv("STRESSTESTER_TRACE"), "^(%d+):(%d+):?(%-?%d*)$")
wanted, period = tonumber(wanted), tonumber(period)
local log = assert(io.open("/proc/self/fd/" .. fd, "a"))
local program = arg[1]
local getinfo, clock, format = debug.getinfo, os.clock, string.format
local stdout, output, insert, concat = io.stdout, io.output, table.insert, table.concat

-- frames are the calls of the program's own, the innermost first. The first is nil where a
-- call in its place, "return print(x)", has taken the caller's.
local function frames(level)
	local found = {}
	while #found < 60 do
		local call = getinfo(level, jit and "Sln" or "Slnt")
		if not call then break end
		if call.source == "@" .. program and call.currentline > 0 then
			local name = call.what == "main" and "main" or call.name or "?"
			insert(found, format("%d:%s", call.currentline, (name:gsub("%s", "_"))))
		end
		level = level + 1
	end
	return concat(found, " ")
end

local methods = getmetatable(stdout).__index
local write, flush, seek = methods.write, methods.flush, methods.seek

-- aliases are the names by which the program may know what prints.
local function tail_calls(text)
	local names = { print = true, write = true }
	for name, value in text:gmatch("([%w_]+)%s*=%s*([%w_.:]+)") do
		if value == "print" or value:match("%.write$") then names[name] = true end
	end
	for name in text:gmatch("return%s+([%w_.:]+)%s*[%(\"']") do
		if names[name:match("[%w_]+$")] then return true end
	end
	return false
end

local function install(text)
	-- LuaJIT does not tell that a call has taken its caller's place.
	local doubtful = jit and tail_calls(text)
	local function traced(file, ...)
		local start = seek(stdout, "cur")
		local ok, message, code = write(file, ...)
		flush(stdout)
		local now = seek(stdout, "cur")
		if start <= wanted and wanted < now and not doubtful then
			if jit or not getinfo(2, "t").istailcall then
				write(log, format("w %d %d %s\n", start, now, frames(4)))
				flush(log)
			end
		end
		if not ok then return ok, message, code end
		return file
	end
	function print(...)
		local parts = {}
		for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
		local result = traced(stdout, concat(parts, "\t"), "\n")
		return
	end
	function io.write(...)
		if output() ~= stdout then return write(output(), ...) end
		local result, message, code = traced(stdout, ...)
		return result, message, code
	end
	function methods.write(file, ...)
		if file ~= stdout then return write(file, ...) end
		local result, message, code = traced(file, ...)
		return result, message, code
	end
	function methods.setvbuf() return true end
	stdout:setvbuf("no")
end

local function sample()
	if jit then jit.off() end
	local last, samples = clock(), 0
	local function tick()
		local now = clock()
		if now - last < period / 1e6 or samples == 4000 then return end
		last, samples = now, samples + 1
		write(log, "t 0 ", frames(3), "\n")
		flush(log)
	end
	debug.sethook(tick, "", 1000)
	local create = coroutine.create
	function coroutine.create(f)
		local thread = create(f)
		debug.sethook(thread, tick, "", 1000)
		return thread
	end
	function coroutine.wrap(f)
		local thread = coroutine.create(f)
		local function pass(ok, ...)
			if not ok then error((...), 0) end
			return ...
		end
		return function(...) return pass(coroutine.resume(thread, ...)) end
	end
end

for i = 0, #arg do arg[i] = arg[i + 1] end
local main = assert(loadfile(program))
local file = assert(io.open(program))
local text = file:read("*a")
file:close()
if not period then install(text) elseif period > 0 then sample() end
main((table.unpack or unpack)(arg))
