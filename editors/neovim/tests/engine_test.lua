-- The container engine is not there: what is wrong is said, with the remedy, and
-- everything that needs no sandbox goes on.
local h = require('harness')
local test, equal, matches, eventually = h.test, h.equal, h.matches, h.eventually

local tested = h.open(h.folder(h.sum) .. '/sol.py')

test('a run says what is wrong and what to do', function()
  vim.cmd('StressTester run tests=10')
  local run = h.ended()
  equal('failed', run.state, 'state')
  matches('no engine listens.*start docker', run.error)
  eventually('the message', function() return h.notes[#h.notes] and h.notes[#h.notes]:find('no engine listens') end)
  equal('stress failed', require('stresstester').statusline(tested))
end)

test('doctor names what does not work', function()
  vim.cmd('StressTester doctor')
  eventually('the findings', function() return vim.fn.execute('messages'):find('FAILED') end)
end)

test('health says it, too', function()
  vim.cmd('checkhealth stresstester')
  matches('engine', h.text(0))
  matches('ERROR', h.text(0))
  vim.cmd('bwipeout!')
end)

test('what needs no sandbox goes on', function()
  vim.api.nvim_set_current_buf(tested)
  local room
  require('stresstester.client').execute('room', { uri = vim.uri_from_bufnr(tested) }, function(r) room = r end, tested)
  eventually('the room', function() return room end)
  equal({}, room.missing, 'missing')
end)
