local h = require('harness')
local test, matches = h.test, h.matches

local function checkhealth()
  vim.cmd('checkhealth stresstester')
  return h.text(0)
end

test('checkhealth tells the versions and the findings of the doctor', function()
  local text = checkhealth()
  matches('OK Neovim ' .. vim.pesc(tostring(vim.version())), text)
  matches('OK vim%.g%.stresstester has no mistakes', text)
  matches('OK /[^\n]*stresstester: stresstester [^\n]*go1', text)
  matches('OK engine: ', text)
  matches('OK image: ', text)
  matches('OK sandbox: ', text)
end)

test('checkhealth names mistakes and a missing server with their remedies', function()
  local given = vim.g.stresstester
  vim.g.stresstester = { autostart = 'perhaps' }
  matches('ERROR option autostart: expected one of auto, always, off, got "perhaps"', checkhealth())
  vim.g.stresstester = { cmd = { '/nowhere/stresstester', 'lsp' } }
  local text = checkhealth()
  matches('ERROR /nowhere/stresstester is not in PATH', text)
  matches('Install Stress Tester, or give its path', text)
  vim.g.stresstester = given
end)
