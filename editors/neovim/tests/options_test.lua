-- What needs no server: options, words of the command, the results' text.
local h = require('harness')
local test, equal, matches = h.test, h.equal, h.matches
local config = require('stresstester.config')
local command = require('stresstester.command')

test('options may be a function, and setup() wins over them', function()
  vim.g.stresstester = function() return { notify = false, results = { window = 'float' } } end
  equal(false, config.get().notify, 'notify')
  require('stresstester').setup({ results = { size = 9 } })
  equal('float', config.get().results.window, 'window')
  equal(9, config.get().results.size, 'size')
  equal(200, config.get().results.max_lines, 'max_lines')
  require('stresstester').setup()
end)

test('mistakes in options are named with what would be right', function()
  equal({}, config.mistakes({ run = { tests = 5 }, cmd = { 'x' } }), 'good options')
  matches('unknown option note; there are autostart, cmd', config.mistakes({ note = true })[1])
  matches('option cmd: expected a list of strings, got "x"', config.mistakes({ cmd = 'x' })[1])
  matches('option results.open: expected one of failure, always, never', config.mistakes({ results = { open = true } })[1])
  matches('expected a table, or a function', config.mistakes(5)[1])
end)

test('a configuration with a mistake is told once and left out', function()
  vim.g.stresstester = { quickfix = 1, notify = false }
  h.notes = {}
  equal('set', config.get().quickfix, 'quickfix')
  equal(true, config.get().notify, 'notify')
  equal(1, #h.notes, 'messages')
  matches('option quickfix', h.notes[1])
  vim.g.stresstester = nil
end)

test('words of the command may be quoted', function()
  equal({ 'run', 'gen_args=10 [5..100]', 'tests=5' }, command.split([[run gen_args="10 [5..100]"  tests=5]]), 'words')
  equal({ 'a', '' }, command.split([[a '']]), 'an empty word')
end)

test('options of a run are read, the command line\'s spelling too', function()
  local parsed = command.parse({ 'tests=500', 'time_limit=1s', 'no_shrink', '--keep-going=3', 'no_save=false', 'test=wa-1' })
  equal({ options = { tests = '500', time_limit = '1s', no_shrink = true, keep_going = '3', no_save = false }, test = 'wa-1' }, parsed, 'parsed')
  matches('is no option; options are written as in tests=500', select(2, command.parse({ '500' })))
  matches('true or false', select(2, command.parse({ 'no_shrink=perhaps' })))
end)

test('unknown subcommands are answered by those that exist', function()
  h.notes = {}
  vim.cmd('StressTester walk')
  matches('there is no subcommand "walk"; there are create, .*delete, diff, doctor', h.notes[1])
  vim.cmd('StressTester')
  matches('say what to do: create', h.notes[2])
end)

test('a long output is shown around its first difference', function()
  local lines = {}
  for i = 1, 1000 do lines[i] = 'line ' .. i end
  local expected = table.concat(lines, '\n') .. '\n'
  lines[700] = 'other 700'
  local page = require('stresstester.results').page({
    run = '1', uri = 'file:///p/sol.cpp', state = 'done', verdict = 'WA', tests = 1, seconds = 1, tests_per_second = 1, outdated = false,
    result = { failures = { { verdict = 'WA', message = 'wrong answer', counterexample = {
      input = { base64 = vim.base64.encode('1\0002\n') }, expected = expected, actual = table.concat(lines, '\n') .. '\n',
      difference = { message = 'line 700 differs', expected = { line = 700, column = 1 }, actual = { line = 700, column = 1 }, expected_token = 'line', actual_token = 'other' },
    } } } },
  }, 0)
  local text = table.concat(page.lines, '\n')
  matches('line 700\n', text)
  matches('other 700\n', text)
  matches('… %d+ lines before', text)
  matches('… %d+ more lines', text)
  local marked = {}
  for _, mark in ipairs(page.marks) do
    marked[mark[4]] = mark[3] > 0 and page.lines[mark[1] + 1]:sub(mark[2] + 1, mark[3]) or marked[mark[4]]
  end
  equal('line', marked.StressTesterExpected, 'marked in the expected output')
  equal('other', marked.StressTesterActual, 'marked in the actual output')
end)

test('several failures are gone through in a float, which q closes', function()
  vim.g.stresstester = { results = { window = 'float' } }
  local function failure(n)
    return { verdict = 'WA', message = 'wrong answer on test ' .. n, counterexample = { input = n .. '\n', expected = '1\n', actual = '2\n' } }
  end
  local run, ended = require('stresstester.runs').update({
    run = '1', uri = 'file:///p/sol.cpp', state = 'done', verdict = 'WA', tests = 9, seconds = 1, tests_per_second = 9, outdated = false,
    error = vim.NIL, result = { verdict = 'WA', message = 'two failures', location = vim.NIL, failures = { failure(5), failure(8) } },
  })
  equal(true, ended, 'ended')
  require('stresstester.results').show(run)
  equal('editor', vim.api.nvim_win_get_config(0).relative, 'the window is a float')
  matches('on test 5\n', h.text(0))
  matches('failure 1 of 2', h.text(0))
  vim.api.nvim_feedkeys(']f', 'xt', false)
  matches('on test 8\n', h.text(0))
  matches('Input\n8\n', h.text(0))
  vim.api.nvim_feedkeys('q', 'xt', false)
  equal('', vim.api.nvim_win_get_config(0).relative, 'no float is left')
  require('stresstester.quickfix').set(run, false)
  equal({ 'WA: wrong answer on test 5', 'WA: wrong answer on test 8' }, vim.tbl_map(function(i) return i.text end, vim.fn.getqflist()), 'quickfix')
  vim.g.stresstester = nil
end)

test('every <Plug> map exists, and no map of anybody else was made', function()
  matches('stresstester', vim.fn.maparg('<Plug>(stresstester-run)', 'n', false, true).desc and 'stresstester' or 'none')
  for _, map in ipairs(vim.api.nvim_get_keymap('n')) do
    if (map.desc or ''):match('^Stress Tester') then
      matches('^<Plug>%(stresstester%-', map.lhs)
    end
  end
end)

test('the manual is found, and has every subcommand', function()
  local doc = vim.env.STRESSTESTER_PLUGIN .. '/doc'
  vim.cmd.helptags(doc)
  vim.cmd.help('stresstester-results')
  equal('stresstester.txt', vim.fn.expand('%:t'), 'the manual')
  local text = h.text(0)
  local names = vim.fn.getcompletion('StressTester ', 'cmdline')
  equal(true, #names > 25, 'subcommands')
  for _, name in ipairs(names) do
    matches(':StressTester ' .. vim.pesc(name), text)
  end
  vim.cmd.close()
end)
