-- Runs the tests of the file in $STRESSTESTER_TEST, and ends Neovim with status 1
-- if one failed.
local harness = dofile(vim.env.STRESSTESTER_PLUGIN .. '/tests/harness.lua')
package.loaded['harness'] = harness

local failed = 0
local ok, err = pcall(dofile, vim.env.STRESSTESTER_TEST)
if not ok then
  failed = 1
  io.stdout:write(('FAIL %s\n'):format(err))
end
for _, case in ipairs(harness.cases) do
  local began = vim.uv.hrtime()
  local passed, mistake = xpcall(case.run, debug.traceback)
  failed = failed + (passed and 0 or 1)
  io.stdout:write(('%s %s (%.1f s)\n%s'):format(
    passed and 'ok  ' or 'FAIL', case.name, (vim.uv.hrtime() - began) / 1e9, passed and '' or mistake .. '\n'))
end
if #harness.cases == 0 then
  failed = 1
  io.stdout:write('FAIL no tests\n')
end
io.stdout:flush()

-- The server ends before Neovim does, so that nothing is left behind.
for _, client in ipairs(vim.lsp.get_clients()) do
  if vim.fn.has('nvim-0.11') == 1 then
    client:stop()
  else
    client.stop()
  end
end
vim.wait(10000, function() return #vim.lsp.get_clients() == 0 end, 10)
vim.cmd(failed == 0 and 'qall!' or '1cquit!')
