-- The ways in which Neovim itself configures and enables a language server.
local h = require('harness')
local test, equal, eventually = h.test, h.equal, h.eventually

test('lsp/stresstester.lua is a configuration', function()
  local config = dofile(vim.env.STRESSTESTER_PLUGIN .. '/lsp/stresstester.lua')
  equal({ 'stresstester', 'lsp' }, config.cmd, 'cmd')
  equal({ 'c', 'cpp', 'python', 'java' }, config.filetypes, 'filetypes')
end)

if vim.fn.has('nvim-0.11') == 1 then
  test('what vim.lsp.config adds is kept, and vim.lsp.enable makes no second server', function()
    local attached = 0
    vim.lsp.config('stresstester', { on_attach = function() attached = attached + 1 end })
    vim.lsp.enable('stresstester')
    local tested = h.open(h.folder(h.sum) .. '/sol.py')
    eventually('the server', function() return attached > 0 end)
    vim.cmd('StressTester run tests=5')
    equal('OK', h.ended().verdict, 'verdict')
    equal(1, #vim.lsp.get_clients(), 'servers')
    equal(true, vim.lsp.buf_is_attached(tested, vim.lsp.get_clients()[1].id), 'attached')
    equal(1, attached, 'calls of on_attach')
  end)
end
