-- For vim.lsp.config() and vim.lsp.enable('stresstester') of Neovim 0.11 and
-- newer. The plugin needs neither to be called: it starts the server by itself.
return require('stresstester.client').config()
