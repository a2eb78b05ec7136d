---What the user sees when a run ends.
local M = {}

local config = require('stresstester.config')
local runs = require('stresstester.runs')

local names = {
  brute = 'brute force', generator = 'generator', spec = 'spec', checker = 'checker', validator = 'validator',
  interactor = 'interactor', tested = 'tested program',
}

---@param run stresstester.Run
---@param missing string[] roles
local function offer(run, missing)
  local tested = vim.fs.basename(vim.uri_to_fname(run.uri))
  local what = table.concat(vim.tbl_map(function(role) return names[role] or role end, missing), ' and ')
  local create = ('Create %s from a template'):format(what)
  vim.ui.select({ create, 'Not now' }, {
    prompt = ('%s cannot be tested yet, for it has no %s.'):format(tested, what),
    kind = 'stresstester.create',
  }, function(choice)
    if choice == create then
      require('stresstester.command').create(missing, vim.uri_to_bufnr(run.uri))
    end
  end)
end

---@param run stresstester.Run
function M.show(run)
  local options = config.get()
  local failed = #runs.failures(run) > 0 or run.error ~= nil
  local results = require('stresstester.results')
  if options.results.open == 'always' or failed and options.results.open == 'failure' or results.is_open() then
    results.show(run)
  end
  if options.quickfix ~= 'off' then
    require('stresstester.quickfix').set(run, options.quickfix == 'open')
  end
  local name = vim.fs.basename(vim.uri_to_fname(run.uri))
  local message = run.error or run.result and run.result.message or run.message or run.state
  if options.notify then
    vim.notify(('%s: %s'):format(name, message), failed and vim.log.levels.WARN or vim.log.levels.INFO)
  end
  -- Only a program that is not there fails without a test and without output.
  if run.verdict == 'BRUTE_FAILED' or run.verdict == 'GENERATOR_FAILED' then
    require('stresstester.client').execute('room', { uri = run.uri }, function(room)
      if #room.missing > 0 then
        offer(run, room.missing)
      end
    end, vim.uri_to_bufnr(run.uri))
  end
end

return M
