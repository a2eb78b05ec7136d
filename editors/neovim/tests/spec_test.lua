-- Writing a spec: what the language server does for it.
local h = require('harness')
local test, equal, matches, eventually = h.test, h.equal, h.matches, h.eventually

local folder = h.folder(vim.tbl_extend('force', h.sum, {
  ['sol.spec'] = 'n: int 1..5\na: int[m] 1..9',
}))
local bufnr = h.open(folder .. '/sol.spec')

local function request(method, params)
  local client = vim.lsp.get_clients({ name = 'stresstester', bufnr = bufnr })[1]
  local call = vim.fn.has('nvim-0.11') == 1 and function(...) return client:request_sync(...) end or client.request_sync
  local answer = assert(call(method, vim.tbl_extend('force', { textDocument = { uri = vim.uri_from_bufnr(bufnr) } }, params or {}), 10000, bufnr))
  assert(not answer.err, vim.inspect(answer.err))
  return answer.result
end

test('a mistake is marked where it stands', function()
  local found = eventually('the diagnostic', function()
    local all = vim.diagnostic.get(bufnr)
    return #all > 0 and all
  end)
  equal('SPEC', found[1].code, 'code')
  equal(1, found[1].lnum, 'line')
  vim.api.nvim_buf_set_lines(bufnr, 1, 2, false, { 'a: int[n] 1..9' })
  eventually('it to go', function() return #vim.diagnostic.get(bufnr) == 0 end)
end)

test('words are completed, explained and highlighted', function()
  local words = request('textDocument/completion', { position = { line = 1, character = 3 } })
  equal('int', words.items[1].label, 'the first word')
  matches('int', vim.inspect(request('textDocument/hover', { position = { line = 0, character = 4 } })))
  equal(true, #request('textDocument/semanticTokens/full').data > 0, 'tokens')
end)

test('a name is renamed everywhere', function()
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.lsp.buf.rename('count')
  eventually('the new name', function() return h.text(bufnr) == 'count: int 1..5\na: int[count] 1..9' end)
end)

test('the text is put into its usual form', function()
  vim.api.nvim_buf_set_lines(bufnr, 0, 1, false, { 'count:   int    1..5' })
  vim.lsp.buf.format({ timeout_ms = 10000 })
  eventually('the usual form', function() return h.text(bufnr) == 'count: int 1..5\na: int[count] 1..9' end)
end)

test('preview shows what it makes', function()
  vim.cmd('StressTester preview 3 7')
  eventually('the samples', function() return vim.api.nvim_buf_get_name(0):match('samples/sol%.txt$') end)
  matches('^%-%- seed 7 %-%-\n%d', h.text(0))
end)
