---The failures of a run as a quickfix list.
local M = {}

local runs = require('stresstester.runs')

M.title = 'Stress Tester'

---A name of the protocol is absolute, or relative to the tested document's folder.
local function absolute(file, folder)
  if not file or file == '' then
    return nil
  end
  return vim.startswith(file, '/') and file or file:match('^%a:[\\/]') and file or vim.fs.joinpath(folder, file)
end

---@param run stresstester.Run
---@return table[] items for setqflist
function M.items(run)
  local tested = vim.uri_to_fname(run.uri)
  local folder = vim.fs.dirname(tested)
  local items = {}
  for _, compilation in ipairs(run.result and run.result.compilations or {}) do
    for _, d in ipairs(not compilation.ok and compilation.diagnostics or {}) do
      items[#items + 1] = {
        filename = absolute(d.path, folder) or tested, lnum = math.max(d.line or 1, 1), col = d.column or 0,
        type = ({ error = 'E', warning = 'W', note = 'N' })[d.severity] or 'E', text = d.message,
      }
    end
  end
  for _, f in ipairs(runs.failures(run)) do
    if f.verdict ~= 'CE' or #items == 0 then
      local location = f.location or {}
      items[#items + 1] = {
        filename = absolute(location.file, folder) or tested, lnum = math.max(location.line or 1, 1),
        col = location.column or 0, type = 'E', text = ('%s: %s'):format(f.verdict, f.message),
      }
    end
  end
  return items
end

---Puts the run's failures into the quickfix list. The list of the run before is
---replaced; lists of others stay in the history. A run without failures empties
---our own list only.
---@param run stresstester.Run
---@param open boolean
function M.set(run, open)
  local items = M.items(run)
  local ours = vim.fn.getqflist({ title = 0 }).title == M.title
  if #items > 0 or ours then
    vim.fn.setqflist({}, ours and 'r' or ' ', { title = M.title, items = items })
  end
  if open and #items > 0 then
    local win = vim.api.nvim_get_current_win()
    vim.cmd.copen()
    vim.api.nvim_set_current_win(win)
  end
end

---Puts the run's failures into the window's location list and opens it.
---@param run stresstester.Run
function M.set_location_list(run)
  local items = M.items(run)
  vim.fn.setloclist(0, {}, ' ', { title = M.title, items = items })
  if #items > 0 then
    vim.cmd.lopen()
  end
end

return M
