---Shared rooms: signing in, sharing, joining, and conflicts.
local M = {}

local client = require('stresstester.client')

---The rooms with a folder on this machine, as the server last told them.
---@type table[]
M.rooms = {}

---@type table[]
M.accounts = {}

---The room that a buffer belongs to.
---@param bufnr? integer
---@return table?
function M.of(bufnr)
  local uri = client.uri(bufnr)
  local best
  for _, room in ipairs(M.rooms) do
    if room.dir ~= '' and vim.startswith(uri, room.dir .. '/') and (not best or #room.dir > #best.dir) then
      best = room
    end
  end
  return best
end

local signs = { synced = '⇄', pending = '⇅', conflict = '⚡', offline = '⇄?', gone = '⇄✗' }

---A few words about the buffer's room, for a status line.
---@param bufnr? integer
---@return string
function M.short(bufnr)
  local room = M.of(bufnr)
  if not room then
    return ''
  end
  local text = ('%s %s'):format(signs[room.standing] or '⇄', room.title)
  if #room.conflicts > 0 then
    text = text .. (': %d to decide'):format(#room.conflicts)
  elseif #room.present > 0 then
    text = text .. ' with ' .. table.concat(room.present, ', ')
  end
  return text
end

local told = {} ---@type table<string, string> the standing that the user was told last, by room

---Takes what the server tells.
---@param params table
function M.update(params)
  M.rooms, M.accounts = params.rooms, params.accounts
  for _, room in ipairs(M.rooms) do
    if room.standing ~= told[room.room] and (room.standing == 'conflict' or room.standing == 'gone') then
      vim.notify(('Stress Tester: %s: %s'):format(room.title, room.message), vim.log.levels.WARN)
    end
    told[room.room] = room.standing
  end
  vim.cmd.redrawstatus({ bang = true })
end

---Saves a document that got what it lacked from its room, if it is as the server
---left it. The user's own unsaved changes are the user's to save.
---@param params {uri: string, version: integer}
function M.save(params)
  local bufnr = vim.uri_to_bufnr(params.uri)
  if not vim.api.nvim_buf_is_loaded(bufnr) or vim.lsp.util.buf_versions[bufnr] ~= params.version then
    return
  end
  vim.api.nvim_buf_call(bufnr, function()
    vim.cmd('silent! update')
  end)
end

---@param room table
---@return {[1]: string, [2]: string?}[]
local function lines_of(room)
  local bad = room.standing == 'conflict' or room.standing == 'gone'
  local lines = { { ('%s  %s  %s'):format(room.title, room.role, room.dir ~= '' and vim.fn.fnamemodify(vim.uri_to_fname(room.dir), ':~') or room.address), 'StressTesterTitle' } }
  lines[#lines + 1] = { ('  %s'):format(room.message), bad and 'StressTesterBad' or nil }
  for _, conflict in ipairs(room.conflicts) do
    lines[#lines + 1] = { ('  to decide: %s, %d places'):format(vim.fs.basename(vim.uri_to_fname(conflict.uri)), conflict.places), 'StressTesterBad' }
  end
  if #room.present > 0 then
    lines[#lines + 1] = { '  here now: ' .. table.concat(room.present, ', '), 'StressTesterGood' }
  end
  return lines
end

local function echo(lines)
  local chunks = {}
  for i, line in ipairs(lines) do
    chunks[#chunks + 1] = { line[1] .. (i < #lines and '\n' or ''), line[2] }
  end
  vim.api.nvim_echo(chunks, true, {})
end

---@type table<string, fun(words: string[], bufnr: integer): string?>
M.subcommands = {}
local sub = M.subcommands

---Lists the rooms, on the server and here.
function sub.rooms(_, bufnr)
  client.execute('rooms.list', {}, function(result)
    local lines = {}
    for _, room in ipairs(result.rooms) do
      vim.list_extend(lines, lines_of(room))
    end
    if result.error then
      lines[#lines + 1] = { result.error, 'StressTesterHint' }
    elseif #lines == 0 then
      lines[1] = { 'no rooms yet; `:StressTester share` makes one of this problem' }
    end
    echo(lines)
  end, bufnr)
end

function sub.login(words, bufnr)
  local device = vim.list_contains(words, '--device') or vim.env.SSH_CONNECTION ~= nil
  local server
  for _, word in ipairs(words) do
    if not vim.startswith(word, '--') then
      server = word
    end
  end
  client.execute('login', { server = server, device = device }, function(result)
    vim.notify(('Stress Tester: signed in to %s as %s'):format(result.server, result.name))
  end, bufnr)
end

function sub.logout(words, bufnr)
  client.execute('logout', { server = words[1] }, function(result)
    vim.notify('Stress Tester: signed out of ' .. result.server)
  end, bufnr)
end

---Shares the problem, and puts the link for others into the clipboard, if there is one.
function sub.share(words, bufnr)
  client.execute('rooms.share', { uri = client.uri(bufnr), title = #words > 0 and table.concat(words, ' ') or nil }, function(result)
    vim.fn.setreg('"', result.link)
    pcall(vim.fn.setreg, '+', result.link)
    vim.notify(('Stress Tester: %s is shared; who has this link can join (it is in the register "):\n%s'):format(result.room.title, result.link))
  end, bufnr)
end

---Brings a room into a folder.
function sub.join(words, bufnr)
  if not words[1] then
    return 'which room? give its link, as `:StressTester share` shows it'
  end
  client.execute('rooms.join', { link = words[1], folder = words[2] and vim.fn.fnamemodify(words[2], ':p') or nil }, function(result)
    vim.notify(('Stress Tester: %s is in %s'):format(result.room.title, vim.uri_to_fname(result.room.dir)))
  end, bufnr)
end

function sub.leave(words, bufnr)
  local here = vim.list_contains(words, '--local')
  client.execute('rooms.leave', { uri = client.uri(bufnr), ['local'] = here or nil }, function(result)
    vim.notify(('Stress Tester: %s is left; the files stay'):format(result.title))
  end, bufnr)
end

function sub.sync(_, bufnr)
  client.execute('rooms.sync', {}, function(result)
    local lines = {}
    for _, room in ipairs(result.rooms) do
      vim.list_extend(lines, lines_of(room))
    end
    if result.error then
      lines[#lines + 1] = { result.error, 'StressTesterHint' }
    elseif #lines == 0 then
      lines[1] = { 'there are no rooms on this machine' }
    end
    echo(lines)
  end, bufnr)
end

local choices = { 'mine', 'theirs', 'both', 'merged', 'open' }

---Decides the buffer's conflict, or opens both texts to merge them.
function sub.decide(words, bufnr)
  local choice = words[1]
  local function decide(keep)
    if keep == 'open' then
      return client.execute('rooms.openConflict', { uri = client.uri(bufnr) }, nil, bufnr)
    end
    client.execute('rooms.resolve', { uri = client.uri(bufnr), keep = keep }, function(result)
      vim.notify(('Stress Tester: decided; %s'):format(result.room.message))
    end, bufnr)
  end
  if choice and not vim.list_contains(choices, choice) then
    return ('%q is no decision; there are %s'):format(choice, table.concat(choices, ', '))
  elseif choice then
    return decide(choice)
  end
  vim.ui.select(choices, { prompt = 'Which text is to stay?', kind = 'stresstester.conflict' }, function(picked)
    if picked then
      decide(picked)
    end
  end)
end

M.completions = {
  decide = function() return choices end,
  leave = function() return { '--local' } end,
  login = function()
    local servers = vim.tbl_map(function(a) return a.server end, M.accounts)
    return vim.list_extend(servers, { '--device' })
  end,
  logout = function() return vim.tbl_map(function(a) return a.server end, M.accounts) end,
}

return M
