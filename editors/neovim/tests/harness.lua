-- A test runner. A file of tests calls `test(name, f)` and runs in a Neovim of
-- its own; see run.lua.
local M = {}

---@type {name: string, run: fun()}[]
M.cases = {}

---@param name string a sentence
---@param f fun()
function M.test(name, f)
  M.cases[#M.cases + 1] = { name = name, run = f }
end

---Messages that were shown, and choices that were offered.
M.notes = {}
M.offers = {}
vim.notify = function(text) M.notes[#M.notes + 1] = text end

---Answers the next choices that are offered.
---@param answer fun(items: any[]): any
function M.choose(answer)
  vim.ui.select = function(items, options, done)
    M.offers[#M.offers + 1] = options.prompt
    done(answer(items))
  end
end

---@param what string
---@param condition fun(): any
---@param seconds? integer far more than it takes: nobody waits for it when all is well
---@return any the condition's value
function M.eventually(what, condition, seconds)
  local value
  if vim.wait((seconds or 60) * 1000, function()
    value = condition()
    return value and true or false
  end, 10) then
    return value
  end
  error(('waited in vain for %s\n  messages: %s\n  last run: %s'):format(
    what, vim.inspect(M.notes), vim.inspect(require('stresstester').last(M.tested))), 2)
end

function M.equal(expected, actual, what)
  if not vim.deep_equal(expected, actual) then
    error(('%s: expected %s, got %s'):format(what or 'value', vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

---@param pattern string a Lua pattern
---@param text string
function M.matches(pattern, text)
  if not text:find(pattern) then
    error(('%q is not in:\n%s'):format(pattern, text), 2)
  end
end

---Makes a folder with these files.
---@param files table<string, string>
---@return string
function M.folder(files)
  local folder = assert(vim.uv.fs_realpath(vim.fn.fnamemodify(vim.fn.tempname(), ':h'))) .. '/' .. 'problem' .. #M.notes .. vim.uv.hrtime()
  vim.fn.mkdir(folder, 'p')
  for name, text in pairs(files) do
    vim.fn.writefile(vim.split(vim.trim(text), '\n'), folder .. '/' .. name)
  end
  return folder
end

---Opens a file; `last` and messages of failures mean its buffer from then on.
---@param file string
---@return integer bufnr
function M.open(file)
  vim.cmd.edit(vim.fn.fnameescape(file))
  M.tested = vim.api.nvim_get_current_buf()
  return M.tested
end

function M.text(bufnr)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
end

---Waits for the end of a run that is not `before`.
---@param before? string
---@return stresstester.Run
function M.ended(before)
  return M.eventually('the end of a run', function()
    local run = require('stresstester').last(M.tested)
    return run and run.run ~= before and require('stresstester.runs').ended(run) and run
  end)
end

-- The sum of two numbers, kept as simple as the tests of an editor need.
M.sum = {
  ['sol.py'] = 'a, b = map(int, input().split())\nprint(a + b)',
  ['brute.py'] = 'a, b = map(int, input().split())\nprint(sum([a, b]))',
  ['gen.py'] = 'import random, sys\nr = random.Random(int(sys.argv[-1]))\nprint(r.randint(1, 40), r.randint(1, 40))',
}

return M
