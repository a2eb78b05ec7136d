-- A program alone: what is missing is named, and made from templates.
local h = require('harness')
local test, equal, matches, eventually = h.test, h.equal, h.matches, h.eventually

local folder = h.folder({ ['sol.py'] = h.sum['sol.py'] })
local tested = h.open(folder .. '/sol.py')

test('a file that belongs to no problem wakes no server', function()
  equal({}, vim.lsp.get_clients(), 'servers')
end)

test('a run without helpers says which are missing and offers to create them', function()
  h.choose(function(items) return items[1] end)
  vim.cmd('StressTester run')
  local run = h.ended()
  matches('_FAILED$', run.verdict)
  eventually('the offer', function() return h.offers[1] end)
  matches('sol%.py cannot be tested yet', h.offers[1])
  matches('brute force', h.offers[1])
  matches('generator', h.offers[1])
end)

test('the templates are written and the first one is opened', function()
  eventually('a new file', function()
    local name = vim.fs.basename(vim.api.nvim_buf_get_name(0))
    return name:match('^sol_') and vim.api.nvim_buf_line_count(0) > 1
  end)
  equal(2, #vim.fn.glob(folder .. '/sol_*', true, true), 'new files')
  equal(false, vim.bo.modified, 'what is shown is on the disk')
end)

test('nothing is missing any more', function()
  local room
  require('stresstester.client').execute('room', { uri = vim.uri_from_bufnr(tested) }, function(r) room = r end, tested)
  eventually('the room', function() return room end)
  equal({}, room.missing, 'missing')
end)

test('creating again leaves what is there alone', function()
  vim.api.nvim_set_current_buf(tested)
  local before = vim.fn.readblob(vim.fn.glob(folder .. '/sol_brute*'))
  vim.cmd('StressTester create brute')
  eventually('the message', function() return vim.fn.execute('messages'):find('brute is there already') end)
  equal(before, vim.fn.readblob(vim.fn.glob(folder .. '/sol_brute*')), 'the brute force')
end)
