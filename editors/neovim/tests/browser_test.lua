-- A click in the browser: what Competitive Companion sends, over a real connection,
-- becomes a source with its tests, which opens and runs.
local h = require('harness')
local test, equal, matches, eventually = h.test, h.equal, h.matches, h.eventually

local folder = h.folder(h.sum)
vim.fn.mkdir(folder .. '/.stresstester', 'p')
vim.fn.writefile({ '# {{name}}', 'a, b = map(int, input().split())', 'print(a - b)' }, folder .. '/.stresstester/template.py')
vim.fn.mkdir(folder .. '/.git')

---Sends what the extension would, and returns the first line of the answer.
local function post(headers, body)
  local answer
  local tcp = assert(vim.uv.new_tcp())
  tcp:connect('127.0.0.1', assert(tonumber(vim.env.STRESSTESTER_COMPANION)), function(err)
    if err then
      answer = 'not connected: ' .. err
      return
    end
    tcp:write(('POST / HTTP/1.1\r\nHost: localhost:27121\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s'):format(headers, #body, body))
    tcp:read_start(function(_, data)
      answer = answer or data or 'no answer'
      if not tcp:is_closing() then
        tcp:close()
      end
    end)
  end)
  return eventually('the answer', function() return answer end):match('^[^\r]*')
end

local json = 'Content-Type: application/json\r\n'
local problem = vim.json.encode({
  name = 'B. Sum & Co.', group = 'AtCoder - ABC 1', url = 'https://example.org/b', interactive = false, memoryLimit = 128, timeLimit = 1500,
  tests = { { input = '1 2\n', output = '3\n' } }, testType = 'single', input = { type = 'stdin' }, output = { type = 'stdout' },
  batch = { id = 'one', size = 1 },
})

test('a page that pretends to be the extension is refused', function()
  h.open(folder .. '/sol.py')
  eventually('the server', function()
    local client = vim.lsp.get_clients({ name = 'stresstester' })[1]
    return client and client.initialized
  end)
  matches('403', post(json .. 'Origin: https://evil.example\r\n', problem))
  equal(nil, vim.uv.fs_stat(folder .. '/b_sum_co.py'), 'the file')
end)

test('the extension makes a source, and it opens', function()
  matches('200', post(json .. 'Origin: chrome-extension://cjnmckjndlpiamhfimnnjmnckgghkjbl\r\n', problem))
  eventually('the source', function() return vim.api.nvim_buf_get_name(0) == folder .. '/b_sum_co.py' end)
  h.tested = vim.api.nvim_get_current_buf()
  matches('^# B%. Sum & Co%.\n', h.text(0))
  equal({ '1 2' }, vim.fn.readfile(folder .. '/.stresstester/b_sum_co/sample-1.in'), 'the sample')
  matches('time_limit = "1.5s"', table.concat(vim.fn.readfile(folder .. '/stresstester.toml'), '\n'))
end)

test('its sample is the first test of a run', function()
  vim.cmd('StressTester run')
  local run = h.ended()
  equal('WA', run.verdict, 'verdict')
  equal('sample-1', run.result.test_name, 'the failing test')
end)
