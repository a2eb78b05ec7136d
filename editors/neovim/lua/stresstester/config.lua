---Options: where they come from and what they may be.
local M = {}

---@class stresstester.ResultsOptions
---@field open? 'failure'|'always'|'never' when the results window opens by itself
---@field window? 'split'|'vsplit'|'float'
---@field size? integer lines of a split; columns of a vsplit
---@field max_lines? integer lines shown of each text

---@class stresstester.Options
---@field cmd? string[] the server's command
---@field env? table<string, string> added to the server's environment
---@field autostart? 'auto'|'always'|'off' start the server with the first file of a problem, of a known type, or by the first command
---@field filetypes? string[] file types for which the server starts by itself
---@field run? table<string, string|number|boolean> options of every run
---@field results? stresstester.ResultsOptions
---@field quickfix? 'set'|'open'|'off' what happens to the quickfix list at the end of a run
---@field notify? boolean say how a run ended
---@field companion? stresstester.CompanionOptions

---@class stresstester.CompanionOptions
---@field template? string path of the file of which sources of problems from the browser are made
---@field language? string of the built-in template: cpp, c, python or java

---@class stresstester.Config
local defaults = {
  cmd = { 'stresstester', 'lsp' },
  env = {},
  autostart = 'auto',
  filetypes = { 'c', 'cpp', 'python', 'java' },
  run = {},
  results = { open = 'failure', window = 'split', size = 15, max_lines = 200 },
  quickfix = 'set',
  notify = true,
  companion = {},
}

---@type table<string, string|string[]> a type of vim.validate's, or the allowed words
local kinds = {
  cmd = 'list',
  env = 'table',
  autostart = { 'auto', 'always', 'off' },
  filetypes = 'list',
  run = 'table',
  results = 'table',
  quickfix = { 'set', 'open', 'off' },
  notify = 'boolean',
  companion = 'table',
  ['companion.template'] = 'string',
  ['companion.language'] = 'string',
  ['results.open'] = { 'failure', 'always', 'never' },
  ['results.window'] = { 'split', 'vsplit', 'float' },
  ['results.size'] = 'number',
  ['results.max_lines'] = 'number',
}

---@param value any
---@param kind string|string[]
---@return string? wanted what was expected instead
local function mismatch(value, kind)
  if type(kind) == 'table' then
    if not vim.list_contains(kind, value) then
      return 'one of ' .. table.concat(kind, ', ')
    end
  elseif kind == 'list' then
    if not vim.islist(value) or vim.iter(value):any(function(v) return type(v) ~= 'string' end) then
      return 'a list of strings'
    end
  elseif type(value) ~= kind then
    return 'a ' .. kind
  end
end

---Says what is wrong with options; nothing when all is well.
---@param options any
---@return string[]
function M.mistakes(options)
  if type(options) ~= 'table' then
    return { ('vim.g.stresstester: expected a table, or a function that returns one; got %s'):format(type(options)) }
  end
  local found = {}
  local function check(prefix, values)
    for key, value in vim.spairs(values) do
      local name = prefix .. tostring(key)
      local kind = kinds[name]
      if not kind then
        local known = vim.tbl_filter(function(k)
          return vim.startswith(k, prefix) and not k:sub(#prefix + 1):find('.', 1, true)
        end, vim.tbl_keys(kinds))
        table.sort(known)
        found[#found + 1] = ('unknown option %s; there are %s'):format(name, table.concat(known, ', '))
      else
        local wanted = mismatch(value, kind)
        if wanted then
          found[#found + 1] = ('option %s: expected %s, got %s'):format(name, wanted, vim.inspect(value))
        elseif name == 'results' or name == 'companion' then
          check(name .. '.', value)
        end
      end
    end
  end
  check('', options)
  return found
end

---@type stresstester.Options?
local given
local told

---Options of setup(); they win over vim.g.stresstester.
---@param options stresstester.Options
function M.set(options)
  given = options
  M.get()
end

---The options as the user gave them, unchecked.
---@return any
function M.user()
  local options = vim.g.stresstester
  if type(options) == 'function' then
    options = options()
  end
  options = options == nil and {} or options
  if given and type(options) == 'table' and type(given) == 'table' then
    return vim.tbl_deep_extend('force', options, given)
  end
  return given or options
end

---The options in force. Options with a mistake are named once and left out as a
---whole: half of a configuration is worse than none.
---@return stresstester.Config
function M.get()
  local options = M.user()
  local found = M.mistakes(options)
  if #found > 0 then
    local text = 'Stress Tester uses its defaults: ' .. table.concat(found, '\n')
    if told ~= text then
      told = text
      vim.notify(text, vim.log.levels.ERROR)
    end
    options = {}
  end
  local config = vim.tbl_deep_extend('force', defaults, options)
  -- Lists are replaced, never merged by position.
  config.cmd = options.cmd or defaults.cmd
  config.filetypes = options.filetypes or defaults.filetypes
  return config
end

return M
