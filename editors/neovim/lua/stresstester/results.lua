---The results window: input, expected and actual output of a run's failures, with
---the first difference marked.
local M = {}

local config = require('stresstester.config')
local runs = require('stresstester.runs')

local namespace = vim.api.nvim_create_namespace('stresstester.results')
local buffer ---@type integer?
local shown ---@type string? id of the run shown
local failure = 0 ---@type integer which of its failures, from 0
local source ---@type integer? the buffer for which commands are meant

---@class stresstester.Page
---@field lines string[]
---@field marks {[1]: integer, [2]: integer, [3]: integer, [4]: string}[] line, from, to (-1: the end), highlight
local Page = {}
Page.__index = Page

---@param line string
---@param highlight? string
function Page:add(line, highlight)
  -- A buffer's line cannot hold a line break.
  self.lines[#self.lines + 1] = (line:gsub('[\r\n]', ' '))
  if highlight then
    self.marks[#self.marks + 1] = { #self.lines - 1, 0, -1, highlight }
  end
end

---@param heading string
---@param text string
---@param max integer lines
---@param place? {line: integer, column: integer} where it differs
---@param token? string
---@param highlight? string
function Page:text(heading, text, max, place, token, highlight)
  self:add('')
  self:add(heading, 'StressTesterHeading')
  local first = #self.lines
  local lines = vim.split(text, '\n', { plain = true })
  if lines[#lines] == '' then
    lines[#lines] = nil
  end
  if #lines == 0 then
    self:add('(empty)', 'StressTesterHint')
  end
  -- A long text is shown around the difference.
  local from = 1
  if place and place.line > max then
    from = math.max(1, math.min(place.line - math.floor(max / 2), #lines - max + 1))
    self:add(('… %d lines before'):format(from - 1), 'StressTesterHint')
    first = first + 1
  end
  for i = from, math.min(#lines, from + max - 1) do
    self:add(lines[i])
  end
  if #lines > from + max - 1 then
    self:add(('… %d more lines'):format(#lines - from - max + 1), 'StressTesterHint')
  end
  if place and highlight then
    local row = first + place.line - from
    local line = self.lines[row + 1]
    if line and place.line <= #lines then
      local column = math.min(place.column - 1, #line)
      local to = math.min(#line, column + #(token or ''))
      self.marks[#self.marks + 1] = { row, column, math.max(to, column), highlight }
      self.difference = self.difference or row
    end
    self.notes[#self.notes + 1] = { math.min(row, #self.lines - 1), (token or '') ~= '' and '◀ first difference' or '◀ ends here' }
  end
end

---@param run stresstester.Run
---@param index integer
---@return stresstester.Page
function M.page(run, index)
  local page = setmetatable({ lines = {}, marks = {}, notes = {} }, Page)
  local max = config.get().results.max_lines
  local name = vim.fs.basename(vim.uri_to_fname(run.uri))
  local failures = runs.failures(run)
  local f = failures[index + 1]
  local result = run.result or {}
  local message = f and f.message or run.error or run.message or result.message or run.state
  page:add(('%s: %s'):format(name, message), f and 'StressTesterBad' or run.error and 'StressTesterBad' or 'StressTesterGood')
  -- At the top, where a small window shows it.
  page:add('q close  R run again  T run this test again  o open input  d difference  x shrink  s save  ? help', 'StressTesterHint')
  if #failures > 1 then
    page:add(('failure %d of %d; ]f and [f go through them'):format(index + 1, #failures), 'StressTesterHint')
  end
  if run.outdated then
    page:add('A file has changed since this run.', 'StressTesterHint')
  end
  local location = f and f.location
  if location and location.line then
    page:add(('at %s:%d%s'):format(vim.fs.basename(location.file or name), location.line, location.note and ' (' .. location.note .. ')' or ''))
  end
  if f and f.flaky then
    page:add('It does not fail every time.', 'StressTesterHint')
  end
  page:add(('%d %s in %.1f s, %.0f tests/s'):format(run.tests or 0, run.tests == 1 and 'test' or 'tests', run.seconds or 0, run.tests_per_second or 0), 'StressTesterHint')

  local c = f and f.counterexample
  if c then
    local d = c.difference
    if d and not message:find(d.message, 1, true) then
      page:add(d.message)
    end
    if c.case then
      page:add(('Test case %d of %d fails, from line %d of the input%s'):format(c.case.number, c.case.of, c.case.line,
        c.case.fails_alone and '' or '; alone it passes: something is left over from the cases before'))
    end
    page:text('Input' .. ((c.saved_as or '') ~= '' and ' (' .. c.saved_as .. ')' or ''), runs.text(c.input), max)
    local transcript = runs.text(c.transcript)
    if transcript ~= '' then
      page:text('Conversation (> to the program, < from it)', transcript, max)
    else
      page:text('Expected', runs.text(c.expected), max, d and d.expected, d and d.expected_token, 'StressTesterExpected')
      page:text('Actual', runs.text(c.actual), max, d and d.actual, d and d.actual_token, 'StressTesterActual')
    end
    if (c.comment or '') ~= '' then
      page:text('Checker', c.comment, max)
    end
    if runs.text(c.stderr) ~= '' then
      page:text('Standard error', runs.text(c.stderr), max)
    end
    if (c.signal or '') ~= '' or (c.exit_code or 0) ~= 0 then
      page:add('')
      page:add((c.signal or '') ~= '' and 'ended by ' .. c.signal or 'exit status ' .. c.exit_code, 'StressTesterHint')
    end
    if c.minimality then
      page:add('')
      page:add(c.minimality, 'StressTesterHint')
    end
  end
  for _, compilation in ipairs(result.compilations or {}) do
    if not compilation.ok then
      page:text('Compiling ' .. compilation.role, compilation.message or runs.text(compilation.output), max)
    end
  end
  for _, warning in ipairs(result.warnings or {}) do
    page:add('')
    page:add('Note: ' .. warning, 'StressTesterHint')
  end
  return page
end

local function draw()
  local run = shown and runs.get(shown)
  if not (run and buffer and vim.api.nvim_buf_is_valid(buffer)) then
    return
  end
  local page = M.page(run, failure)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, page.lines)
  vim.bo[buffer].modifiable = false
  vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  for _, mark in ipairs(page.marks) do
    local to = mark[3] == -1 and #page.lines[mark[1] + 1] or mark[3]
    vim.api.nvim_buf_set_extmark(buffer, namespace, mark[1], mark[2], { end_col = to, hl_group = mark[4] })
  end
  for _, note in ipairs(page.notes) do
    vim.api.nvim_buf_set_extmark(buffer, namespace, note[1], 0, { virt_text = { { note[2], 'StressTesterHint' } } })
  end
end

---@return integer?
local function window()
  if buffer and vim.api.nvim_buf_is_valid(buffer) then
    local found = vim.fn.bufwinid(buffer)
    return found ~= -1 and found or nil
  end
end

function M.close()
  local win = window()
  if win and #vim.api.nvim_list_wins() > 1 then
    vim.api.nvim_win_close(win, true)
  elseif win then
    vim.cmd.enew()
  end
end

---@param step integer
local function move(step)
  local run = shown and runs.get(shown)
  local count = run and #runs.failures(run) or 0
  if count > 1 then
    failure = (failure + step) % count
    draw()
  end
end

---Runs a command of the server for the run that is shown.
local function act(name, argument, done)
  local run = shown and runs.get(shown)
  if run then
    argument.uri = run.uri
    require('stresstester.client').execute(name, argument, done, source)
  end
end

local function make_buffer()
  buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, 'stresstester://results')
  vim.bo[buffer].bufhidden = 'hide'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].filetype = 'stresstester'
  local keys = {
    { 'q', M.close, 'close' },
    { 'R', function() require('stresstester.command').again(shown) end, 'run again with the same options' },
    { 'T', function() act('run', { run = shown, failure = failure }) end, 'run this test again' },
    { 'o', function() M.open_part('input') end, 'open the input' },
    { 'e', function() M.open_part('expected') end, 'open the expected output' },
    { 'a', function() M.open_part('actual') end, 'open the actual output' },
    { 'd', function() act('openDifference', { run = shown, failure = failure }) end, 'open the difference' },
    { 'E', function() M.explain() end, 'explain' },
    { 'x', function() act('shrink', { run = shown, failure = failure }) end, 'make it smaller' },
    { 's', function()
      act('saveTest', { run = shown, failure = failure }, function(saved)
        vim.notify('Stress Tester: saved as test ' .. saved.name)
      end)
    end, 'save as test' },
    { ']f', function() move(1) end, 'next failure' },
    { '[f', function() move(-1) end, 'previous failure' },
    { '?', function() vim.cmd.help('stresstester-results') end, 'help' },
  }
  for _, key in ipairs(keys) do
    vim.keymap.set('n', key[1], key[2], { buffer = buffer, nowait = true, desc = 'Stress Tester: ' .. key[3] })
  end
end

local function open_window()
  local options = config.get().results
  if options.window == 'float' then
    local width = math.max(20, math.min(100, vim.o.columns - 8))
    local height = math.max(5, math.min(vim.api.nvim_buf_line_count(buffer), vim.o.lines - 8))
    local float = {
      relative = 'editor', style = 'minimal', title = ' Stress Tester ', width = width, height = height,
      row = math.floor((vim.o.lines - height) / 2) - 1, col = math.floor((vim.o.columns - width) / 2),
    }
    -- Since 0.11 the user's 'winborder' decides.
    if vim.fn.exists('+winborder') == 0 or vim.o.winborder == '' then
      float.border = 'rounded'
    end
    -- A float takes the cursor, to be closed by q; but what is being typed must
    -- not become its keys.
    return vim.api.nvim_open_win(buffer, vim.api.nvim_get_mode().mode == 'n', float)
  end
  local win = vim.api.nvim_open_win(buffer, false, options.window == 'vsplit' and { split = 'right', win = 0, width = math.max(options.size, 40) }
    or { split = 'below', win = -1, height = options.size })
  vim.wo[win].number = false
  vim.wo[win].relativenumber = false
  vim.wo[win].signcolumn = 'no'
  vim.wo[win].wrap = true
  vim.wo[win].winfixheight = options.window == 'split'
  return win
end

---Leaves the results window, for documents open in the window that has the cursor.
local function step_out()
  local win = window()
  if win and vim.api.nvim_get_current_win() == win then
    if vim.api.nvim_win_get_config(win).relative ~= '' then
      M.close()
    else
      vim.cmd.wincmd('p')
    end
  end
end

---Opens what is known about the failure in the window that was left.
function M.explain()
  local run = shown and runs.get(shown)
  if run then
    step_out()
    require('stresstester.command').explain({ uri = run.uri, run = shown, failure = failure }, source)
  end
end

---Opens a part of the counterexample in the window that was left.
---@param part string
function M.open_part(part)
  step_out()
  act('openCounterexample', { run = shown, failure = failure, part = part })
end

---Shows a run.
---@param run stresstester.Run
---@param options? {focus?: boolean, bufnr?: integer}
function M.show(run, options)
  options = options or {}
  shown, failure = run.run, 0
  local known = vim.uri_to_bufnr(run.uri)
  source = options.bufnr or known
  if not (buffer and vim.api.nvim_buf_is_valid(buffer)) then
    make_buffer()
  end
  draw()
  local win = window() or open_window()
  if options.focus then
    vim.api.nvim_set_current_win(win)
  end
end

---Draws anew if the run is shown somewhere.
---@param run stresstester.Run
function M.refresh(run)
  if run.run == shown and window() then
    draw()
  end
end

---The buffer of the program whose results are shown.
---@return integer?
function M.source()
  return source
end

---@return boolean
function M.is_open()
  return window() ~= nil
end

return M
