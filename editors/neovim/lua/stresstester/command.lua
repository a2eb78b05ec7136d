---:StressTester and what its subcommands do.
local M = {}

local client = require('stresstester.client')
local config = require('stresstester.config')
local runs = require('stresstester.runs')

local protocol = require('stresstester.protocol')
local roles, parts = protocol.roles, protocol.parts

---What completion offers for options whose values are endless.
---@type table<string, string[]>
local suggestions = {
  compare = { 'tokens', 'lines', 'exact', 'float=1e-6', 'caseless' },
  tests = { '0', '100', '10000' }, time = { '10s', '1m' }, jobs = { '1' },
  time_limit = { '1s', '2s', '500ms' }, memory_limit = { '256M', '64M' }, output_limit = { '64M' }, keep_going = { '5' },
}

---What a run was asked for, by its id, for running it again.
---@type table<string, {argument: table, bufnr: integer}>
local asked = {}

---Splits at blanks; quotes keep them: gen_args="10 [5..100]".
---@param text string
---@return string[]
function M.split(text)
  local words, word, quote = {}, nil, nil
  for i = 1, #text do
    local ch = text:sub(i, i)
    if quote then
      if ch == quote then
        quote = nil
      else
        word = word .. ch
      end
    elseif ch == '"' or ch == "'" then
      quote, word = ch, word or ''
    elseif ch:match('%s') then
      if word then
        words[#words + 1], word = word, nil
      end
    else
      word = (word or '') .. ch
    end
  end
  if word then
    words[#words + 1] = word
  end
  return words
end

---Reads option=value words. The server judges names and values; here only flags
---become booleans.
---@param words string[]
---@return {options: table, test: string?, run: string?}? parsed
---@return string? err
function M.parse(words)
  local parsed = { options = {} }
  for _, word in ipairs(words) do
    local name, value = word:match('^([%w_%-]+)=(.*)$')
    name = (name or word):gsub('^%-%-', ''):gsub('%-', '_')
    if name == 'test' or name == 'run' then
      if not value or value == '' then
        return nil, ('%s needs a value: %s=…'):format(name, name)
      end
      parsed[name] = value
    elseif protocol.options[name] == 'flag' then
      if value ~= nil and value ~= 'true' and value ~= 'false' then
        return nil, ('%s is true or false, not %q'):format(name, value)
      end
      parsed.options[name] = value ~= 'false'
    elseif value == nil then
      return nil, ('%q is no option; options are written as in tests=500'):format(word)
    else
      parsed.options[name] = value
    end
  end
  return parsed
end

---The program that a command was meant for last.
local latest ---@type integer?

---The buffer a command is meant for. In the results window, in a list or in a
---saved test it is the program that they belong to.
---@param bufnr? integer
---@return integer
local function target(bufnr)
  bufnr = bufnr and bufnr ~= 0 and bufnr or vim.api.nvim_get_current_buf()
  if vim.bo[bufnr].buftype == '' and not vim.api.nvim_buf_get_name(bufnr):find('[/\\]%.stresstester[/\\]') then
    latest = bufnr
    return bufnr
  end
  local shown = package.loaded['stresstester.results'] and require('stresstester.results').source()
  for _, other in ipairs({ shown or -1, latest or -1 }) do
    if other > 0 and vim.api.nvim_buf_is_valid(other) then
      return other
    end
  end
  return bufnr
end

---@param lines {[1]: string, [2]: string?}[] text and highlight
local function echo(lines)
  local chunks = {}
  for i, line in ipairs(lines) do
    chunks[#chunks + 1] = { line[1] .. (i < #lines and '\n' or ''), line[2] }
  end
  vim.api.nvim_echo(chunks, true, {})
end

---@param name 'run'|'shrink'
---@param argument table
---@param bufnr integer
local function start(name, argument, bufnr)
  -- Seen at once, whatever the server has to do first.
  runs.expect(argument.uri, true)
  vim.cmd.redraw()
  client.execute(name, argument, function(result)
    asked[result.run] = { name = name, argument = argument, bufnr = bufnr }
  end, bufnr, function() runs.expect(argument.uri, false) end)
end

---@param parsed {options: table?, test: string?, run: string?}
---@param bufnr? integer
function M.run(parsed, bufnr)
  bufnr = target(bufnr)
  local options = vim.tbl_extend('force', config.get().run, parsed.options or {})
  start('run', {
    uri = client.uri(bufnr), test = parsed.test, run = parsed.run,
    options = next(options) and options or nil,
  }, bufnr)
end

---Runs again what a run did, on the texts as they are now.
---@param id? string default: the buffer's last run
function M.again(id)
  local bufnr = target()
  local last = id or (runs.last(client.uri(bufnr)) or {}).run
  local what = asked[last]
  if what and vim.api.nvim_buf_is_valid(what.bufnr) then
    return start(what.name, what.argument, what.bufnr)
  end
  M.run({}, bufnr)
end

---@param bufnr? integer
function M.stop(bufnr)
  bufnr = target(bufnr)
  client.execute('stop', { uri = client.uri(bufnr) }, function(result)
    if #result.stopped == 0 then
      vim.notify('Stress Tester: nothing was running here')
    end
  end, bufnr)
end

---Creates missing files and opens the first of them.
---@param wanted string[] roles; empty: what is missing
---@param bufnr? integer
function M.create(wanted, bufnr)
  bufnr = target(bufnr)
  client.execute('createFiles', { uri = client.uri(bufnr), roles = #wanted > 0 and wanted or nil }, function(result)
    local lines = {}
    for _, file in ipairs(result.created) do
      lines[#lines + 1] = { ('created %s: %s'):format(file.role, vim.uri_to_fname(file.uri)), 'StressTesterGood' }
    end
    for _, file in ipairs(result.existing) do
      lines[#lines + 1] = { ('%s is there already: %s'):format(file.role, vim.uri_to_fname(file.uri)) }
    end
    if #lines == 0 then
      lines = { { 'nothing is missing' } }
    end
    echo(lines)
    if result.created[1] then
      local win = vim.api.nvim_open_win(vim.uri_to_bufnr(result.created[1].uri), true, { split = 'right', win = 0 })
      vim.bo[vim.api.nvim_win_get_buf(win)].buflisted = true
    end
  end, bufnr)
end

local function about(info)
  return ('%s  %s  %s  %d tests%s'):format(info.run, vim.fs.basename(vim.uri_to_fname(info.uri)), info.verdict ~= '' and info.verdict or info.state, info.tests,
    info.editor and info.editor ~= 'Neovim' and '  in ' .. info.editor or '')
end

---@param room table
local function room_lines(room)
  local lines = { { room.name .. ' in ' .. vim.fn.fnamemodify(vim.uri_to_fname(room.dir), ':~'), 'StressTesterTitle' } }
  for _, role in ipairs({ 'tested', unpack(roles) }) do
    if room.roles[role] then
      lines[#lines + 1] = { ('  %-11s %s'):format(role, vim.fs.basename(vim.uri_to_fname(room.roles[role]))) }
    elseif vim.list_contains(room.missing, role) then
      lines[#lines + 1] = { ('  %-11s missing: `:StressTester create %s` makes one'):format(role, role), 'StressTesterBad' }
    end
  end
  if room.watched then
    lines[#lines + 1] = { '  runs at every save' }
  end
  if room.config ~= '' then
    lines[#lines + 1] = { '  settings    ' .. vim.fs.basename(vim.uri_to_fname(room.config)) }
  end
  for i, test in ipairs(room.tests) do
    lines[#lines + 1] = { (i == 1 and '  tests       ' or '              ') .. test.name }
  end
  for _, warning in ipairs(room.warnings) do
    lines[#lines + 1] = { '  ' .. warning, 'StressTesterHint' }
  end
  return lines
end

---@type table<string, fun(words: string[], bufnr: integer): string?> each returns what is wrong with its words
local subcommands = {}

function subcommands.run(words, bufnr)
  local parsed, err = M.parse(words)
  if not parsed then
    return err
  end
  M.run(parsed, bufnr)
end

function subcommands.rerun()
  M.again()
end

function subcommands.stop(words, bufnr)
  if words[1] == 'all' then
    return client.execute('stop', {}, nil, bufnr)
  elseif words[1] then
    return client.execute('stop', { run = words[1] }, nil, bufnr)
  end
  M.stop(bufnr)
end

function subcommands.runs(_, bufnr)
  client.execute('runs', {}, function(result)
    if #result.runs == 0 then
      return vim.notify('Stress Tester: nothing has run yet')
    end
    vim.ui.select(result.runs, { prompt = 'Runs', format_item = about, kind = 'stresstester.runs' }, function(info)
      if info then
        subcommands.stats({ info.run }, bufnr)
      end
    end)
  end, bufnr)
end

function subcommands.open(words, bufnr)
  local part = words[1] or 'input'
  if not vim.list_contains(parts, part) then
    return ('there is no part %q; there are %s'):format(part, table.concat(parts, ', '))
  end
  client.execute('openCounterexample', { uri = client.uri(bufnr), part = part }, nil, bufnr)
end

function subcommands.diff(_, bufnr)
  -- The server answers by stresstester/diff, which opens the windows.
  client.execute('openDifference', { uri = client.uri(bufnr) }, nil, bufnr)
end

---Shows all that is known of a failure.
---@param argument {uri: string, run: string?, failure: integer?}
---@param bufnr? integer
function M.explain(argument, bufnr)
  local id = argument.run or (runs.last(argument.uri) or {}).run
  client.execute('explain', argument, function(result)
    if result.run then
      -- Running that one again means running what the user had asked for.
      asked[result.run] = asked[id]
      vim.notify('Stress Tester: the run had not looked for the line at fault; one that does was started')
    end
  end, bufnr)
end

function subcommands.explain(_, bufnr)
  M.explain({ uri = client.uri(bufnr) }, bufnr)
end

---Runs at every save: on, off, or the other way round than now.
function subcommands.watch(words, bufnr)
  local word = words[1]
  local on
  if word == 'on' or word == 'off' then
    on = word == 'on'
    table.remove(words, 1)
  end
  local parsed, err = M.parse(words)
  if not parsed then
    return err
  end
  local options = vim.tbl_extend('force', config.get().run, parsed.options)
  client.execute('watch', { uri = client.uri(bufnr), on = on, options = next(options) and options or nil }, function(result)
    local name = vim.fs.basename(vim.uri_to_fname(result.uri))
    vim.notify(result.on and ('Stress Tester: %s runs at every save'):format(name)
      or ('Stress Tester: %s no longer runs at every save'):format(name))
  end, bufnr)
end

---Shows what a spec makes: the buffer's, or the one of its problem.
function subcommands.preview(words, bufnr)
  local count, seed = tonumber(words[1]), tonumber(words[2])
  local function preview(uri)
    client.execute('spec.preview', { uri = uri, count = count, seed = seed, show = true }, function(result)
      for _, mistake in ipairs(result.mistakes) do
        client.complain(('%s:%d:%d: %s'):format(vim.fs.basename(vim.uri_to_fname(uri)), mistake.line, mistake.column, mistake.message))
      end
    end, bufnr)
  end
  if vim.api.nvim_buf_get_name(bufnr):match('%.spec$') then
    return preview(client.uri(bufnr))
  end
  client.execute('room', { uri = client.uri(bufnr) }, function(room)
    if room.roles.spec then
      return preview(room.roles.spec)
    end
    client.complain('this problem has no spec; `:StressTester create spec` makes one')
  end, bufnr)
end

function subcommands.room(_, bufnr)
  client.execute('room', { uri = client.uri(bufnr) }, function(room)
    echo(room_lines(room))
  end, bufnr)
end

function subcommands.create(words, bufnr)
  M.create(words, bufnr)
end

function subcommands.save(_, bufnr)
  client.execute('saveTest', { uri = client.uri(bufnr) }, function(saved)
    vim.notify('Stress Tester: saved as test ' .. saved.name)
  end, bufnr)
end

function subcommands.delete(words, bufnr)
  local function delete(name)
    client.execute('deleteTest', { uri = client.uri(bufnr), test = name }, function(result)
      vim.notify(('Stress Tester: test %s was moved to %s'):format(result.test, result.trashed))
    end, bufnr)
  end
  if words[1] then
    return delete(words[1])
  end
  client.execute('room', { uri = client.uri(bufnr) }, function(room)
    if #room.tests == 0 then
      return vim.notify('Stress Tester: there are no saved tests')
    end
    vim.ui.select(room.tests, {
      prompt = 'Delete test', kind = 'stresstester.tests', format_item = function(test) return test.name end,
    }, function(test)
      if test then
        delete(test.name)
      end
    end)
  end, bufnr)
end

function subcommands.shrink(words, bufnr)
  local parsed, err = M.parse(words)
  if not parsed then
    return err
  end
  start('shrink', {
    uri = client.uri(bufnr), test = parsed.test, run = parsed.run,
    options = next(parsed.options) and parsed.options or nil,
  }, bufnr)
end

function subcommands.stats(words, bufnr)
  client.execute('stats', words[1] and { run = words[1] } or { uri = client.uri(bufnr) }, function(stats)
    require('stresstester.results').show((runs.update(stats)), { focus = true })
  end, bufnr)
end

---A subcommand that shows the buffer's last run.
---@param show fun(run: stresstester.Run, bufnr: integer)
local function on_last_run(show)
  return function(_, bufnr)
    local run = runs.last(client.uri(bufnr))
    if not run then
      return 'this file was not run yet; `:StressTester run` runs it'
    end
    show(run, bufnr)
  end
end

subcommands.results = on_last_run(function(run, bufnr)
  require('stresstester.results').show(run, { focus = true, bufnr = bufnr })
end)
subcommands.quickfix = on_last_run(function(run)
  require('stresstester.quickfix').set(run, true)
end)
subcommands.loclist = on_last_run(function(run)
  require('stresstester.quickfix').set_location_list(run)
end)

function subcommands.doctor(_, bufnr)
  client.execute('doctor', {}, function(diagnosis)
    local lines = {}
    for _, finding in ipairs(diagnosis.findings) do
      lines[#lines + 1] = { ('%-7s %-10s %s'):format(finding.ok and 'ok' or 'FAILED', finding.name, finding.detail), finding.ok and 'StressTesterGood' or 'StressTesterBad' }
      if finding.remedy then
        lines[#lines + 1] = { (' '):rep(19) .. finding.remedy, 'StressTesterHint' }
      end
    end
    echo(lines)
  end, bufnr)
end

function subcommands.restart()
  client.restart()
end

---Tells the server's version.
function subcommands.version(_, bufnr)
  client.execute('doctor', {}, function(diagnosis)
    for _, finding in ipairs(diagnosis.findings) do
      if finding.name == 'version' then
        vim.notify('Stress Tester: server ' .. finding.detail)
      end
    end
  end, bufnr)
end

function subcommands.log()
  vim.cmd.split(vim.fn.fnameescape(vim.lsp.log.get_filename()))
  vim.cmd.normal({ 'G', bang = true })
end

for name, run in pairs(require('stresstester.rooms').subcommands) do
  subcommands[name] = run
end

---@return string[]
local function names()
  local all = vim.tbl_keys(subcommands)
  table.sort(all)
  return all
end

---Runs :StressTester's words.
---@param text string
function M.execute(text)
  local words = M.split(text)
  local name = table.remove(words, 1)
  if not name then
    return client.complain('say what to do: ' .. table.concat(names(), ', '))
  end
  local subcommand = subcommands[name]
  if not subcommand then
    return client.complain(('there is no subcommand %q; there are %s'):format(name, table.concat(names(), ', ')))
  end
  local err = subcommand(words, target())
  if err then
    client.complain(err)
  end
end

---Names of the saved tests, asked of the server for at most a moment.
---@return string[]
local function tests()
  local server = vim.lsp.get_clients({ name = client.name, bufnr = 0 })[1]
  if not server then
    return {}
  end
  local params = { command = 'stresstester.room', arguments = { { uri = client.uri() } } }
  local answer
  if vim.fn.has('nvim-0.11') == 1 then
    answer = server:request_sync('workspace/executeCommand', params, 500, 0)
  else
    answer = server.request_sync('workspace/executeCommand', params, 500, 0)
  end
  return vim.tbl_map(function(test) return test.name end, answer and answer.result and answer.result.tests or {})
end

---@param lead string
---@return string[]
local function complete_options(lead)
  local name, value = lead:match('^([%w_]+)=(.*)$')
  if not name then
    local found = { 'test=' }
    for option, kind in pairs(protocol.options) do
      found[#found + 1] = kind == 'flag' and option or option .. '='
    end
    table.sort(found)
    return found
  end
  local kind, values = protocol.options[name], {}
  if name == 'test' then
    values = tests()
  elseif name == 'run' then
    values = runs.ids()
  elseif kind == 'file' then
    -- Files of the problem's folder, as the server takes them.
    for file, type in vim.fs.dir(vim.fs.dirname(vim.api.nvim_buf_get_name(0))) do
      if type == 'file' and not file:match('^%.') then
        values[#values + 1] = file
      end
    end
    table.sort(values)
  elseif kind == 'flag' then
    values = { 'true', 'false' }
  else
    values = suggestions[name] or {}
  end
  return vim.tbl_map(function(v) return name .. '=' .. v end, vim.tbl_filter(function(v) return vim.startswith(v, value) end, values))
end

local completions = {
  run = complete_options,
  shrink = complete_options,
  watch = function(lead) return vim.list_extend({ 'on', 'off' }, complete_options(lead)) end,
  open = function() return parts end,
  create = function() return roles end,
  delete = function() return tests() end,
  stop = function() return vim.list_extend({ 'all' }, runs.ids()) end,
  stats = function() return runs.ids() end,
}
for name, complete in pairs(require('stresstester.rooms').completions) do
  completions[name] = complete
end

---@param lead string
---@param line string
---@param cursor integer
---@return string[]
function M.complete(lead, line, cursor)
  local words = vim.split(line:sub(1, cursor), '%s+', { trimempty = true })
  local before = #words - (lead ~= '' and 1 or 0)
  local candidates
  if before <= 1 then
    candidates = names()
  else
    local f = completions[words[2]]
    candidates = f and f(lead) or {}
  end
  return vim.tbl_filter(function(c) return vim.startswith(c, lead) end, candidates)
end

return M
