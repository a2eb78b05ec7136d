---What the server has told of its runs. Knows nothing of windows.
local M = {}

---@class stresstester.Failure
---@field verdict string
---@field test_number integer
---@field test_seed integer
---@field test_name? string
---@field flaky boolean
---@field counterexample? table
---@field location? table
---@field message string

---@class stresstester.Run
---@field run string its id
---@field uri string the tested document
---@field state string compiling, running, confirming, shrinking, explaining, done, stopped or failed
---@field verdict string empty while nothing is found
---@field tests integer
---@field tests_per_second number
---@field total integer 0: no limit
---@field seconds number
---@field seed integer
---@field outdated boolean whether a document that it read has changed since
---@field message? string
---@field result? table
---@field error? string

---@type table<string, stresstester.Run> by id
local by_id = {}
---@type table<string, string> the last run's id by document
local last_of = {}

---Documents whose run was asked for, and is not known yet.
---@type table<string, boolean>
local expected = {}

---Documents are told apart by their file's name: a URI can be spelled in several
---ways.
local function key(uri)
  return vim.startswith(uri, 'file:') and vim.uri_to_fname(uri) or uri
end
local final = { done = true, stopped = true, failed = true }

---@param run stresstester.Run
function M.ended(run)
  return final[run.state] == true
end

---JSON's null is as good as absent here.
local function clean(value)
  if value == vim.NIL then
    return nil
  end
  if type(value) ~= 'table' then
    return value
  end
  local copy = {}
  for k, v in pairs(value) do
    copy[k] = clean(v)
  end
  return copy
end
M.clean = clean

---Takes a stresstester/run notification.
---@param params table
---@return stresstester.Run
---@return boolean just_ended
function M.update(params)
  params = clean(params)
  local before = by_id[params.run]
  local was_over = before ~= nil and M.ended(before)
  -- What is sent once stays.
  local run = vim.tbl_extend('force', before or {}, params)
  by_id[run.run] = run
  expected[key(run.uri)] = nil
  if not before then
    last_of[key(run.uri)] = run.run
  end
  if run.state ~= (before or {}).state or not M.ended(run) then
    vim.cmd.redrawstatus({ bang = true })
  end
  vim.api.nvim_exec_autocmds('User', { pattern = 'StressTesterRun', modeline = false, data = run })
  return run, M.ended(run) and not was_over
end

---Notes that a run of the document was asked for, or that nothing came of it.
---@param uri string
---@param on boolean
function M.expect(uri, on)
  expected[key(uri)] = on or nil
  vim.cmd.redrawstatus({ bang = true })
end

---Whether a run of the document was asked for and is not known yet.
---@param uri string
function M.expects(uri)
  return expected[key(uri)] == true
end

---The document's last run.
---@param uri string
---@return stresstester.Run?
function M.last(uri)
  return by_id[last_of[key(uri)]]
end

---@param id string
---@return stresstester.Run?
function M.get(id)
  return by_id[id]
end

---Ids of all runs that are known, the newest last.
---@return string[]
function M.ids()
  local ids = vim.tbl_keys(by_id)
  table.sort(ids, function(a, b)
    if #a ~= #b then
      return #a < #b
    end
    return a < b
  end)
  return ids
end

---The server is gone. The next one counts its runs from the beginning, so these
---must not be taken for its.
function M.lost()
  by_id, last_of, expected = {}, {}, {}
  vim.cmd.redrawstatus({ bang = true })
end

---The run's failures; one where the result has no list.
---@param run stresstester.Run
---@return stresstester.Failure[]
function M.failures(run)
  local result = run.result
  if not result then
    return {}
  end
  if result.failures and #result.failures > 0 then
    return result.failures
  end
  if result.verdict ~= '' and result.verdict ~= 'OK' then
    return { result }
  end
  return {}
end

---A text of the protocol: a string, or {base64 = …} where it is not UTF-8.
---@param text any
---@return string
function M.text(text)
  if type(text) == 'table' then
    return text.base64 and vim.base64.decode(text.base64) or ''
  end
  return text or ''
end

local function thousands(n)
  n = math.floor(n or 0)
  return n < 10000 and tostring(n) or ('%.1fk'):format(n / 1000)
end

---The run in a few words.
---@param run stresstester.Run
---@return string
function M.short(run)
  if not M.ended(run) then
    if run.state == 'running' then
      return ('stress %s (%s/s)'):format(thousands(run.tests), thousands(run.tests_per_second))
    end
    return 'stress ' .. run.state
  end
  local mark = run.outdated and ' (outdated)' or ''
  if run.error then
    return 'stress failed' .. mark
  end
  if run.verdict ~= '' and run.verdict ~= 'OK' then
    local number = run.result and run.result.test_number or 0
    return run.verdict .. (number > 0 and ' test ' .. number or '') .. mark
  end
  return ('%s %s tests'):format(run.state == 'stopped' and 'stopped' or 'OK', thousands(run.tests)) .. mark
end

return M
