-- The whole configuration of the Neovim that runs the tests: the plugin as a
-- user has it, and nothing else.
vim.opt.runtimepath:prepend(vim.env.STRESSTESTER_PLUGIN)
vim.o.swapfile = false
if vim.env.STRESSTESTER_TEST then
  vim.o.columns, vim.o.lines = 120, 40 -- without a terminal
end
vim.g.stresstester = { run = { jobs = 1 } }
