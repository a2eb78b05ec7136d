---The language server: one process for all problems of this Neovim.
local M = {}

local config = require('stresstester.config')
local protocol = require('stresstester.protocol')

M.name = 'stresstester'

---A document's URI; the current buffer's by default.
---@param bufnr? integer
---@return string
function M.uri(bufnr)
  return vim.uri_from_bufnr(bufnr or 0)
end

local function capabilities()
  local c = vim.lsp.protocol.make_client_capabilities()
  -- Missing files are written to the disk by the server: as edits they would lie
  -- in buffers that nobody sees and nobody writes.
  c.workspace.applyEdit = false
  return c
end

---The folder's settings say what belongs together.
---@param bufnr integer
---@return string
local function root(bufnr)
  local file = vim.api.nvim_buf_get_name(bufnr)
  return vim.fs.root(bufnr, { 'stresstester.toml', '.git' }) or vim.fs.dirname(file)
end

-- The exit status of a server whose daemon ended first, and how often that is mended
-- without being asked to.
local daemon_lost, most_lost = 3, 3
local lost = 0

---Calls f when Neovim has forgotten a client, or when it does not for five seconds.
---@param id integer
---@param f fun(gone: boolean)
local function when_gone(id, f)
  local timer = assert(vim.uv.new_timer())
  local left = 100
  timer:start(20, 50, vim.schedule_wrap(function()
    left = left - 1
    local gone = vim.lsp.get_client_by_id(id) == nil
    if timer:is_closing() or not gone and left > 0 then
      return
    end
    timer:close()
    f(gone)
  end))
end

---A server's configuration, for vim.lsp.config and vim.lsp.start.
---@return vim.lsp.ClientConfig
function M.config()
  local options = config.get()
  return {
    name = M.name,
    cmd = options.cmd,
    cmd_env = options.env,
    filetypes = options.filetypes,
    root_markers = { 'stresstester.toml', '.git' },
    -- The results window has what the server would ask about.
    init_options = { run = true, status = true, diff = true, rooms = true, prompts = false, companion = next(options.companion) and options.companion or nil },
    capabilities = capabilities(),
    -- A request waits for the delayed edits of its own buffer only; a helper's
    -- would come too late for the run.
    flags = { debounce_text_changes = 0 },
    handlers = {
      [protocol.notifications.run] = function(_, params)
        local run, ended = require('stresstester.runs').update(params)
        if ended then
          require('stresstester.ending').show(run)
        elseif package.loaded['stresstester.results'] then
          require('stresstester.results').refresh(run)
        end
      end,
      [protocol.notifications.diff] = function(_, params)
        require('stresstester.difference').open(params)
      end,
      [protocol.notifications.rooms] = function(_, params)
        require('stresstester.rooms').update(params)
      end,
      [protocol.notifications.save] = function(_, params)
        require('stresstester.rooms').save(params)
      end,
      [protocol.notifications.status] = function(_, params)
        M.status = params
        vim.cmd.redrawstatus({ bang = true })
      end,
    },
    on_exit = function(code, signal, id)
      local client = vim.lsp.get_client_by_id(id)
      local buffers = client and vim.tbl_keys(client.attached_buffers) or {}
      vim.schedule(function()
        M.status = nil
        require('stresstester.runs').lost()
        if code == daemon_lost and not M.restarting and lost < most_lost then
          lost = lost + 1
          vim.notify('Stress Tester: the daemon ended; another one is started', vim.log.levels.WARN)
          when_gone(id, function(gone)
            return gone and M.attach(buffers)
          end)
        elseif code ~= 0 and not M.restarting then
          vim.notify(
            ('Stress Tester: the server ended with status %d, signal %d; `:StressTester log` may tell why'):format(code, signal),
            vim.log.levels.ERROR
          )
        end
      end)
    end,
    reuse_client = function(client)
      return client.name == M.name
    end,
  }
end

---The configuration to start with: since 0.11 with what the user's vim.lsp.config()
---adds to lsp/stresstester.lua.
---@return vim.lsp.ClientConfig
local function resolved()
  local with_additions = vim.fn.has('nvim-0.11') == 1 and vim.lsp.config[M.name] or nil
  return with_additions and vim.tbl_extend('force', {}, with_additions) or M.config()
end

---What is not executable, if it is a program that is to be started.
---@param cmd string[]|function
---@return string?
local function not_executable(cmd)
  return type(cmd) == 'table' and vim.fn.executable(cmd[1]) == 0 and cmd[1] or nil
end

---Tells the server that this Neovim has the user's attention: what arrives from
---the browser goes where that was last.
---@param focused boolean
function M.focus(focused)
  local client = M.get()
  if not client or not client.initialized then
    return
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:notify(protocol.notifications.focus, { focused = focused })
  else
    client.notify(protocol.notifications.focus, { focused = focused })
  end
end

---@return vim.lsp.Client?
function M.get()
  return vim.lsp.get_clients({ name = M.name })[1]
end

---Starts the server, unless it runs, and gives it the buffer.
---@param bufnr? integer default: the current buffer
---@return vim.lsp.Client?
---@return string? err why there is none, and what to do
function M.start(bufnr)
  bufnr = bufnr and bufnr ~= 0 and bufnr or vim.api.nvim_get_current_buf()
  local attached = vim.lsp.get_clients({ name = M.name, bufnr = bufnr })[1]
  if attached then
    return attached
  end
  local c = resolved()
  local absent = not_executable(c.cmd)
  if absent then
    return nil, ('%s is not in PATH: install it, or give its path as `cmd` (see :help stresstester-options)'):format(absent)
  end
  if vim.bo[bufnr].buftype ~= '' or vim.api.nvim_buf_get_name(bufnr) == '' then
    return nil, 'this buffer is no file: write it into a problem\'s folder first'
  end
  if type(c.root_dir) ~= 'string' then
    c.root_dir = root(bufnr)
  end
  local id = vim.lsp.start(c, { bufnr = bufnr, reuse_client = c.reuse_client })
  local client = id and vim.lsp.get_client_by_id(id)
  if not client then
    return nil, 'the server did not start; `:StressTester log` may tell why'
  end
  return client
end

-- Names that tell a problem's folder, without the extension. The server's own
-- search is exact; this only decides whether to wake it.
local helper = vim.regex([[\v^(brute|slow|naive|correct|good|gen|generator|checker|chk|validator|interactor)$|_(brute|gen|checker|validator|interactor)$|__(Good|Generator|Interactor)$]])

---@param folder string
---@return boolean
local function holds_problem(folder)
  for name in vim.fs.dir(folder) do
    if name == 'stresstester.toml' or name == '.stresstester' then
      return true
    end
    local stem, extension = name:match('^(.+)%.(%w+)$')
    if stem and (helper:match_str(stem) or extension == 'spec' and stem == 'input') then
      return true
    end
  end
  return false
end

---Starts the server for a buffer of a problem, as the options say.
---@param bufnr integer
function M.autostart(bufnr)
  local options = config.get()
  local file = vim.api.nvim_buf_get_name(bufnr)
  -- What a program printed, and reports, are documents of the server's own.
  local own = M.get() and file:match('/run%-%d+/%d+/%w+%.txt$')
  local known = own or vim.list_contains(options.filetypes, vim.bo[bufnr].filetype) or file:match('%.spec$')
  if options.autostart == 'off' or file == '' or file:match('^%w+://') or not known then
    return
  end
  -- A server that runs is given every source: helpers are run as they are in
  -- their buffers.
  if options.autostart == 'auto' and not M.get() and not holds_problem(vim.fs.dirname(file)) then
    return
  end
  -- Without a server there is nothing to complain about until it is asked for.
  if not not_executable(resolved().cmd) then
    M.start(bufnr)
  end
end

---Gives the server every open buffer of the folder: helpers that were opened
---before it ran are tested as they are in their buffers, too.
---@param bufnr integer
local function attach_siblings(bufnr)
  local folder = vim.fs.dirname(vim.api.nvim_buf_get_name(bufnr))
  for _, other in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_get_name(other)
    if other ~= bufnr and vim.api.nvim_buf_is_loaded(other) and name ~= '' and vim.bo[other].buftype == '' and vim.fs.dirname(name) == folder then
      M.start(other)
    end
  end
end

---@param message string
function M.complain(message)
  vim.notify('Stress Tester: ' .. message, vim.log.levels.ERROR)
end

---Calls a command of the server. Mistakes are shown; `done` gets results only.
---@param name string the part behind "stresstester."
---@param argument table
---@param done? fun(result: table)
---@param bufnr? integer
---@param failed? fun() called when there is no result
function M.execute(name, argument, done, bufnr, failed)
  bufnr = bufnr and bufnr ~= 0 and bufnr or vim.api.nvim_get_current_buf()
  local function complain(message)
    M.complain(message)
    if failed then
      failed()
    end
  end
  local client, err = M.start(bufnr)
  if not client then
    return complain(err --[[@as string]])
  end
  attach_siblings(bufnr)
  if next(argument) == nil then
    argument = vim.empty_dict()
  end
  local function request()
    local params = { command = 'stresstester.' .. name, arguments = { argument } }
    local function handler(mistake, result)
      if mistake then
        complain(mistake.message)
      elseif done then
        done(result)
      end
    end
    if vim.fn.has('nvim-0.11') == 1 then
      client:request('workspace/executeCommand', params, handler, bufnr)
    else
      client.request('workspace/executeCommand', params, handler, bufnr)
    end
  end
  if client.initialized then
    return request()
  end
  -- The answer to initialize is still to come.
  vim.wait(10000, function() return client.initialized == true end, 5)
  if client.initialized then
    request()
  else
    complain('the server did not answer within 10 seconds; `:StressTester log` may tell why')
  end
end

---Gives the server these buffers, as far as they still are there; it is started if
---it does not run.
---@param buffers integer[]
---@return boolean whether that went well
function M.attach(buffers)
  for _, bufnr in ipairs(buffers) do
    if vim.api.nvim_buf_is_valid(bufnr) then
      local _, err = M.start(bufnr)
      if err then
        M.complain(err)
        return false
      end
    end
  end
  return true
end

---Stops the server and starts it again for the buffers that it had.
function M.restart()
  lost = 0
  local client = M.get()
  local buffers = client and vim.tbl_keys(client.attached_buffers) or { vim.api.nvim_get_current_buf() }
  local function start()
    if M.attach(buffers) then
      vim.notify('Stress Tester: the server was restarted')
    end
  end
  if not client then
    return start()
  end
  M.restarting = true
  if vim.fn.has('nvim-0.11') == 1 then
    client:stop()
  else
    client.stop()
  end
  when_gone(client.id, function(gone)
    M.restarting = false
    if gone then
      start()
    else
      M.complain('the server does not stop; `:StressTester log` may tell why')
    end
  end)
end

return M
