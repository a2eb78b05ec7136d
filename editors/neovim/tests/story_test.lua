-- A problem from the first look to the repaired program, with the real server and
-- the real sandbox.
local h = require('harness')
local test, equal, matches, eventually = h.test, h.equal, h.matches, h.eventually

local progress = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    progress[event.data.params.value.kind] = event.data.params.value
  end,
})
local states = {}
vim.api.nvim_create_autocmd('User', {
  pattern = 'StressTesterRun',
  callback = function(event) states[event.data.state] = true end,
})

local folder = h.folder(h.sum)
local tested, first

local function results()
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(win)
    if vim.bo[bufnr].filetype == 'stresstester' then
      return bufnr, win
    end
  end
end

test('opening a file of a problem starts the server by itself', function()
  equal(nil, package.loaded['stresstester.runs'], 'modules loaded at the start')
  tested = h.open(folder .. '/sol.py')
  eventually('the server', function()
    local client = vim.lsp.get_clients({ name = 'stresstester', bufnr = tested })[1]
    return client and client.initialized
  end)
  equal('', require('stresstester').statusline(), 'status line before a run')
end)

test('a run finds the mistake in the buffer, which is not saved', function()
  vim.api.nvim_buf_set_lines(tested, 1, 2, false, { 'print(a + b if a != b else a)' })
  vim.cmd('StressTester run tests=2000 seed=7 no_explain')
  first = h.ended()
  equal('WA', first.verdict, 'verdict')
  equal('print(a + b)', vim.fn.readfile(folder .. '/sol.py')[2], 'the file on the disk')
  equal(true, vim.bo[tested].modified, 'the buffer is still not saved')
  matches('^WA test %d+$', require('stresstester').statusline(tested))
end)

test('progress was shown from beginning to end', function()
  eventually('the end of the progress', function() return progress['end'] end)
  matches('sol%.py', progress.begin.title)
  matches('wrong answer', progress['end'].message)
  equal(true, states.done, 'the state done was told')
end)

test('the divergence is a diagnostic of the tested buffer, and of no other', function()
  local found = eventually('the diagnostic', function()
    local all = vim.diagnostic.get(tested)
    return #all > 0 and all
  end)
  equal('WA', found[1].code, 'code')
  equal('stresstester', found[1].source, 'source')
  matches('wrong answer', found[1].message)
  equal(#found, #vim.diagnostic.get(nil), 'all diagnostics')
end)

test('the results window shows input, expected and actual, and marks the difference', function()
  local bufnr = assert(results(), 'the window is open')
  equal(tested, vim.api.nvim_get_current_buf(), 'the cursor stays in the program')
  local text = h.text(bufnr)
  matches('sol%.py: wrong answer', text)
  matches('Input %(%.stresstester/sol/wa%-1%.in%)\n1 1\n', text)
  matches('Expected\n2\n', text)
  matches('Actual\n1\n', text)
  local marked = {}
  local namespace = vim.api.nvim_get_namespaces()['stresstester.results']
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true })) do
    local line = vim.api.nvim_buf_get_lines(bufnr, mark[2], mark[2] + 1, false)[1]
    if mark[4].hl_group then
      marked[mark[4].hl_group] = line:sub(mark[3] + 1, mark[4].end_col)
    end
  end
  equal('2', marked.StressTesterExpected, 'marked in the expected output')
  equal('1', marked.StressTesterActual, 'marked in the actual output')
end)

test('the quickfix list has the failure', function()
  local list = vim.fn.getqflist({ title = 0, items = 0 })
  equal('Stress Tester', list.title, 'title')
  equal(1, #list.items, 'items')
  equal(tested, list.items[1].bufnr, 'buffer')
  matches('^WA: wrong answer', list.items[1].text)
end)

test('the location list has it, too', function()
  vim.cmd('StressTester loclist')
  local list = vim.fn.getloclist(0, { title = 0, items = 0 })
  equal('Stress Tester', list.title, 'title')
  equal({ tested }, vim.tbl_map(function(item) return item.bufnr end, list.items), 'buffers')
  vim.cmd('lclose')
end)

test('what was found moves with the text, and is marked while the text is another one', function()
  local line = vim.diagnostic.get(tested)[1].lnum
  vim.api.nvim_buf_set_lines(tested, 0, 0, false, { '# one more line' })
  eventually('the diagnostic a line below, marked', function()
    local found = vim.diagnostic.get(tested)[1]
    return found and found.lnum == line + 1 and found.message:find('outdated')
  end)
  vim.api.nvim_buf_set_lines(tested, 0, 1, false, {})
  eventually('the diagnostic where it was, without the mark', function()
    local found = vim.diagnostic.get(tested)[1]
    return found and found.lnum == line and not found.message:find('outdated')
  end)
end)

test('the counterexample opens as a document', function()
  vim.cmd('StressTester open')
  eventually('the input', function()
    return vim.api.nvim_buf_get_name(0):match('%.stresstester/sol/wa%-1%.in$')
  end)
  equal('1 1', h.text(0), 'its text')
  vim.cmd('StressTester results')
  matches('wrong answer', h.text(0))
  vim.cmd.wincmd('p')
  vim.api.nvim_set_current_buf(tested)
end)

test('the difference opens in a tab page of its own, and q closes it', function()
  vim.cmd('StressTester diff')
  eventually('two windows that are compared', function()
    return #vim.api.nvim_list_tabpages() == 2 and #vim.api.nvim_tabpage_list_wins(0) == 2
  end)
  local texts = vim.tbl_map(function(win)
    equal(true, vim.wo[win].diff, 'compared')
    return h.text(vim.api.nvim_win_get_buf(win))
  end, vim.api.nvim_tabpage_list_wins(0))
  equal({ '2', '1' }, texts, 'expected and actual')
  matches('expected ↔ actual %(WA%)', vim.wo.winbar)
  eventually('the difference to be marked in the actual output', function()
    local found = vim.diagnostic.get(0)
    return found[1] and found[1].message:find('expected 2')
  end)
  vim.api.nvim_feedkeys('q', 'xt', false)
  equal(1, #vim.api.nvim_list_tabpages(), 'tab pages')
end)

test('the failure is explained, down to the line', function()
  vim.cmd('StressTester explain')
  local second = h.ended(first.run)
  equal('WA', second.verdict, 'verdict of the run that looks for the line')
  vim.api.nvim_set_current_buf(tested)
  vim.cmd('StressTester explain')
  eventually('the explanation', function()
    return vim.api.nvim_buf_get_name(0):match('explanation%.txt$') and h.text(0):find('sol%.py:2')
  end)
  vim.api.nvim_set_current_buf(tested)
  first = second
end)

test('completion offers subcommands, options and the saved test', function()
  local complete = function(line) return vim.fn.getcompletion(line, 'cmdline') end
  equal({ 'run', 'runs' }, vim.tbl_filter(function(s) return s:match('^run') end, complete('StressTester r')), 'subcommands')
  equal({ 'seed=' }, complete('StressTester run tests=5 se'), 'options')
  equal({ 'test=wa-1' }, complete('StressTester run test='), 'tests')
  equal({ 'wa-1' }, complete('StressTester delete '), 'tests to delete')
  equal({ 'brute=brute.py' }, complete('StressTester run brute=b'), 'files')
end)

test('R in the results window runs the repaired program again: the saved test first, and all is well', function()
  vim.api.nvim_buf_set_lines(tested, 1, 2, false, { 'print(a + b)' })
  local _, win = results()
  vim.api.nvim_set_current_win(assert(win))
  vim.api.nvim_feedkeys('R', 'xt', false)
  local second = h.ended(first.run)
  equal('OK', second.verdict, 'verdict')
  equal(2001, second.result.tests, 'the saved test and the generated ones')
  eventually('the diagnostics to go', function() return #vim.diagnostic.get(tested) == 0 end)
  equal(0, #vim.fn.getqflist(), 'quickfix items')
  matches('^OK 2001 tests', require('stresstester').statusline(tested))
  eventually('the window to show it', function() return not h.text((results())):find('wrong answer') end)
end)

test('q closes the results window', function()
  vim.api.nvim_feedkeys('q', 'xt', false)
  equal(nil, (results()), 'results window')
end)

test('a problem that is watched runs when it is written', function()
  vim.api.nvim_set_current_buf(tested)
  vim.cmd('StressTester watch on tests=30')
  eventually('the message', function() return h.notes[#h.notes]:find('sol.py runs at every save', 1, true) end)
  local before = require('stresstester').last().run
  vim.cmd('silent write')
  local run = h.ended(before)
  equal('save', run.trigger, 'what started it')
  equal(31, run.result.tests, 'the saved test first, and the generated ones')
  vim.cmd('StressTester watch off')
  eventually('the message', function() return h.notes[#h.notes]:find('no longer', 1, true) end)
end)

test('one test can be run alone, and deleted', function()
  vim.api.nvim_set_current_buf(tested)
  local before = require('stresstester').last().run
  vim.cmd('StressTester run test=wa-1')
  equal(1, h.ended(before).result.tests, 'tests')
  vim.cmd('StressTester delete wa-1')
  eventually('the test to go', function() return vim.uv.fs_stat(folder .. '/.stresstester/sol/wa-1.in') == nil end)
end)

test('a helper is run as it is in its buffer, too', function()
  vim.cmd.edit(folder .. '/brute.py')
  vim.api.nvim_buf_set_lines(0, 1, 2, false, { 'print(7)' })
  local before = require('stresstester').last(tested).run
  vim.cmd('StressTester run tests=50 no_explain no_shrink no_save')
  local run = h.ended(before)
  equal('WA', run.verdict, 'verdict')
  equal('7\n', run.result.counterexample.expected, 'expected output')
end)
