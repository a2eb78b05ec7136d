-- The whole configuration of the Neovim that runs the tests: the plugin as a
-- user has it, and nothing else.
vim.opt.runtimepath:prepend(vim.env.STRESSTESTER_PLUGIN)
vim.o.swapfile = false
vim.o.columns, vim.o.lines = 120, 40
vim.g.stresstester = { run = { jobs = 1 } }
