---What other configuration may call. Everything else of this plugin is private.
local M = {}

---Takes options, as vim.g.stresstester does. Calling it is never necessary.
---@param options? stresstester.Options
function M.setup(options)
  require('stresstester.config').set(options or {})
end

---Runs a stress test of a buffer.
---@param options? table<string, string|number|boolean> the command line's flags in snake case
---@param bufnr? integer default: the current buffer
function M.run(options, bufnr)
  require('stresstester.command').run({ options = options }, bufnr)
end

---Stops the runs of a buffer.
---@param bufnr? integer default: the current buffer
function M.stop(bufnr)
  require('stresstester.command').stop(bufnr)
end

---The last run of a buffer, as the server last told it.
---@param bufnr? integer default: the current buffer
---@return stresstester.Run?
function M.last(bufnr)
  return require('stresstester.runs').last(require('stresstester.client').uri(bufnr))
end

---A few words about the buffer's last run, for a status line; empty where there
---was none. Cheap enough to be called at every redraw.
---@param bufnr? integer default: the current buffer
---@return string
function M.statusline(bufnr)
  -- Before the first run there is nothing to load a module for.
  local runs = package.loaded['stresstester.runs']
  if not runs then
    return ''
  end
  local uri = require('stresstester.client').uri(bufnr)
  local run = runs.last(uri)
  if runs.expects(uri) and not (run and not runs.ended(run)) then
    return 'stress starting'
  end
  return run and runs.short(run) or ''
end

---A few words about the buffer's shared room, for a status line; empty where it is
---in none. Cheap enough to be called at every redraw.
---@param bufnr? integer default: the current buffer
---@return string
function M.room(bufnr)
  local rooms = package.loaded['stresstester.rooms']
  return rooms and rooms.short(bufnr) or ''
end

return M
