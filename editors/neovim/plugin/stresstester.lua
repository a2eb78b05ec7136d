-- Runs at every start of Neovim, so it only says what exists. All else is
-- loaded by the first use.
if vim.g.loaded_stresstester then
  return
end
vim.g.loaded_stresstester = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.api.nvim_create_user_command('StressTester', function()
    vim.notify('Stress Tester needs Neovim 0.10 or newer.', vim.log.levels.ERROR)
  end, { nargs = '*' })
  return
end

vim.api.nvim_create_user_command('StressTester', function(command)
  require('stresstester.command').execute(command.args)
end, {
  nargs = '*',
  desc = 'Stress tests: run, stop, open …',
  complete = function(lead, line, cursor)
    return require('stresstester.command').complete(lead, line, cursor)
  end,
})

for _, name in ipairs({
  'run', 'stop', 'runs', 'open', 'room', 'create', 'save', 'shrink', 'stats', 'doctor', 'results', 'rerun', 'quickfix',
  'diff', 'explain', 'watch', 'preview', 'loclist',
}) do
  vim.keymap.set('n', ('<Plug>(stresstester-%s)'):format(name), function()
    require('stresstester.command').execute(name)
  end, { desc = 'Stress Tester: ' .. name })
end

local highlights = {
  StressTesterTitle = 'Title',
  StressTesterHeading = 'Label',
  StressTesterHint = 'Comment',
  StressTesterGood = 'DiagnosticOk',
  StressTesterBad = 'DiagnosticError',
  StressTesterExpected = 'DiffAdd',
  StressTesterActual = 'DiffDelete',
}
local function link_highlights()
  for name, to in pairs(highlights) do
    vim.api.nvim_set_hl(0, name, { link = to, default = true })
  end
end
link_highlights()

local group = vim.api.nvim_create_augroup('stresstester', {})
-- A colour scheme clears links.
vim.api.nvim_create_autocmd('ColorScheme', { group = group, callback = link_highlights })
vim.api.nvim_create_autocmd('FileType', {
  group = group,
  callback = function(event)
    -- Sources only; the module is not loaded for help, lists and the like.
    if vim.bo[event.buf].buftype == '' and event.file ~= '' then
      require('stresstester.client').autostart(event.buf)
    end
  end,
})
vim.api.nvim_create_autocmd({ 'FocusGained', 'FocusLost' }, {
  group = group,
  callback = function(event)
    -- Without the module there is no server to tell.
    if package.loaded['stresstester.client'] then
      require('stresstester.client').focus(event.event == 'FocusGained')
    end
  end,
})
