---:checkhealth stresstester
local M = {}

local health = vim.health

local function neovim()
  health.start('Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.10') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error('Neovim ' .. version .. ' is too old', { 'Install Neovim 0.10 or newer' })
  end
end

local function options()
  health.start('Options')
  local config = require('stresstester.config')
  local found = config.mistakes(config.user())
  if #found == 0 then
    health.ok('vim.g.stresstester has no mistakes')
  end
  for _, mistake in ipairs(found) do
    health.error(mistake, { 'See :help stresstester-options. The defaults are used until then.' })
  end
end

---@param cmd string[]
---@param env table<string, string>
---@return vim.SystemCompleted?
local function output(cmd, env)
  local ok, process = pcall(vim.system, cmd, { text = true, env = env, timeout = 60000 })
  return ok and process:wait() or nil
end

---@param binary string
---@param env table<string, string>
---@return boolean
local function server(binary, env)
  health.start('Server')
  if vim.fn.executable(binary) == 0 then
    health.error(binary .. ' is not in PATH', {
      'Install Stress Tester, or give its path: vim.g.stresstester = { cmd = { "/path/to/stresstester", "lsp" } }',
    })
    return false
  end
  local result = output({ binary, 'version' }, env)
  if not result or result.code ~= 0 then
    health.error(('%s does not run: %s'):format(vim.fn.exepath(binary), result and vim.trim(result.stderr) or 'it cannot be started'))
    return false
  end
  health.ok(('%s: %s'):format(vim.fn.exepath(binary), vim.trim(result.stdout)))
  local client = require('stresstester.client')
  local running = client.get()
  if running then
    local status = client.status
    health.info(('the server runs for %d buffers%s'):format(
      vim.tbl_count(running.attached_buffers), status and (': %s'):format(status.message) or ''))
  else
    health.info('the server is not running; it starts with the first file of a problem, or with :StressTester run')
  end
  return true
end

---@param binary string
---@param env table<string, string>
local function doctor(binary, env)
  health.start('Sandbox')
  local result = output({ binary, 'doctor', '--format', 'json' }, env)
  local known = 0
  for line in vim.gsplit(result and result.stdout or '', '\n', { trimempty = true }) do
    local ok, finding = pcall(vim.json.decode, line)
    if ok and type(finding) == 'table' and finding.event == 'finding' then
      known = known + 1
      local text = ('%s: %s'):format(finding.name, finding.detail)
      if finding.ok then
        health.ok(text)
      else
        health.error(text, finding.remedy and { finding.remedy } or nil)
      end
    end
  end
  if known == 0 then
    health.error(('`%s doctor` said nothing: %s'):format(binary, result and vim.trim(result.stderr) or 'it cannot be started'))
  end
end

function M.check()
  neovim()
  options()
  local config = require('stresstester.config').get()
  if server(config.cmd[1], config.env) then
    doctor(config.cmd[1], config.env)
  end
end

return M
