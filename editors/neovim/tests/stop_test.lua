-- A run without an end is stopped, and the server started again.
local h = require('harness')
local test, equal, matches, eventually = h.test, h.equal, h.matches, h.eventually

local tested = h.open(h.folder(h.sum) .. '/sol.py')

test('the command is answered in the status line at once', function()
  local before = vim.uv.hrtime()
  vim.cmd('StressTester run tests=5')
  equal('stress starting', require('stresstester').statusline(tested))
  io.stdout:write(('     %.1f ms\n'):format((vim.uv.hrtime() - before) / 1e6))
  equal('OK', h.ended().verdict, 'verdict')
end)

test('a run shows in the status line while it goes on', function()
  vim.cmd('StressTester run tests=0')
  eventually('tests', function()
    local run = require('stresstester').last(tested)
    return run and run.state == 'running' and run.tests > 0
  end)
  matches('^stress [%d.k]+ %([%d.k]+/s%)$', require('stresstester').statusline(tested))
end)

test('stop ends it, and keeps what was counted', function()
  vim.cmd('StressTester stop')
  local run = h.ended()
  equal('stopped', run.state, 'state')
  equal(true, run.tests > 0, 'tests were counted')
  matches('^stopped [%d.k]+ tests$', require('stresstester').statusline(tested))
end)

test('stopping where nothing runs says so', function()
  vim.cmd('StressTester stop')
  eventually('the sentence', function() return h.notes[#h.notes]:find('nothing was running') end)
end)

test('runs lists it, and the chosen one is shown', function()
  h.choose(function(items) return items[1] end)
  vim.cmd('StressTester runs')
  eventually('the results window', function() return vim.bo.filetype == 'stresstester' end)
  matches('sol%.py', h.text(0))
  vim.api.nvim_feedkeys('q', 'xt', false)
end)

test('restart gives the buffer a new server, which runs', function()
  local before = vim.lsp.get_clients({ name = 'stresstester' })[1].id
  vim.cmd('StressTester restart')
  eventually('another server', function()
    local client = vim.lsp.get_clients({ name = 'stresstester', bufnr = tested })[1]
    return client and client.id ~= before and client.initialized
  end)
  vim.api.nvim_set_current_buf(tested)
  vim.cmd('StressTester run tests=20 seed=2')
  eventually('a good end', function()
    local run = require('stresstester').last(tested)
    return run and run.verdict == 'OK' and run.state == 'done' and run.result.seed == 2
  end)
  matches('^sol%.py: .*20 tests', h.notes[#h.notes])
end)

test('a daemon that is killed is replaced, and the buffer runs again', function()
  local status = vim.json.decode(vim.fn.system({ 'stresstester', 'daemon', 'status', '--format', 'json' }))
  vim.uv.kill(status.pid, 'sigkill')
  eventually('the message', function() return vim.list_contains(h.notes, 'Stress Tester: the daemon ended; another one is started') end)
  eventually('another server', function()
    local client = vim.lsp.get_clients({ name = 'stresstester', bufnr = tested })[1]
    return client and client.initialized
  end)
  vim.cmd('StressTester run tests=20')
  equal('OK', h.ended().verdict, 'verdict')
end)

test('version tells the server\'s', function()
  vim.cmd('StressTester version')
  eventually('the version', function() return h.notes[#h.notes]:find('server .*go1') end)
end)
