---Expected and actual output beside each other, in a tab page of their own.
local M = {}

---@param params stresstester.DiffNotification
function M.open(params)
  vim.cmd.tabedit(vim.fn.fnameescape(vim.uri_to_fname(params.expected)))
  local expected = vim.api.nvim_get_current_win()
  vim.cmd.diffsplit({ args = { vim.fn.fnameescape(vim.uri_to_fname(params.actual)) }, mods = { vertical = true, split = 'belowright' } })
  local actual = vim.api.nvim_get_current_win()
  for win, title in pairs({ [expected] = 'expected', [actual] = 'actual' }) do
    local bufnr = vim.api.nvim_win_get_buf(win)
    -- The server marks the first difference in them.
    require('stresstester.client').start(bufnr)
    -- Both are looked at; a saved answer that is changed here would be another test.
    vim.bo[bufnr].modifiable = false
    vim.wo[win].winbar = ('%s  %%#StressTesterHint#%s'):format(title, params.title:gsub('%%', '%%%%'))
    vim.wo[win].number = true
    vim.keymap.set('n', 'q', M.close, { buffer = bufnr, nowait = true, desc = 'Stress Tester: close' })
  end
end

---Closes the tab page, and gives the buffers their keys back.
function M.close()
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    local bufnr = vim.api.nvim_win_get_buf(win)
    vim.bo[bufnr].modifiable = true
    pcall(vim.keymap.del, 'n', 'q', { buffer = bufnr })
  end
  if #vim.api.nvim_list_tabpages() > 1 then
    vim.cmd.tabclose()
  else
    vim.cmd.only()
  end
end

return M
