#!/usr/bin/env bash
# Fetches the editors that the end-to-end tests play in:
#
#   setup.sh             everything
#   setup.sh packages    Debian packages that have to be installed: Chromium, tmux, …
#   setup.sh neovim      Neovim 0.10 and 0.12, below .cache/
#   setup.sh helix       Helix, below .cache/
#   setup.sh vscode      code-server, below .cache/
#
# What is there already is left as it is. Installing packages needs Debian, or a
# relative of it, and root; the rest needs apt-get and npm, and installs nothing.
set -euo pipefail
script=setup.sh
# shellcheck source=tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

setup_packages() {
	local packages=(patchelf tmux ripgrep libkrb5-dev libx11-dev libxkbfile-dev libsecret-1-dev pkg-config python3 make g++)
	[ -n "${CHROMIUM:-}" ] || packages+=(chromium fonts-dejavu-core fonts-liberation)
	apt_install "${packages[@]}"
	command -v npm >/dev/null || fail "please install Node.js 20 or newer, with npm"
}

# setup_neovim unpacks Debian's Neovims: 0.10 is trixie's, 0.12 forky's.
setup_neovim() {
	neovim trixie 0.10 &
	local other=$!
	neovim forky 0.12
	wait $other
}

# neovim SUITE VERSION
neovim() {
	local root=$cache/nvim-$2.root nvim=$cache/nvim-$2
	! "$nvim" --version >/dev/null 2>&1 || return 0
	say "fetching Neovim $2"
	unpack "$1" "$root" neovim
	own_libraries "$root" usr/bin/nvim
	cat >"$nvim.new" <<-SCRIPT
		#!/bin/sh
		export VIM=$root/usr/share/nvim VIMRUNTIME=$root/usr/share/nvim/runtime
		exec $root/usr/bin/nvim "\$@"
	SCRIPT
	chmod +x "$nvim.new"
	"$nvim.new" --version | head -n 1 | grep -qF "v$2." || fail "Debian's $1 has no Neovim $2, or it does not start: $("$nvim.new" --version 2>&1 | head -n 1)"
	mv "$nvim.new" "$nvim"
}

setup_helix() {
	local root=$cache/helix.root
	! "$cache/hx" --version >/dev/null 2>&1 || return 0
	say "fetching Helix"
	unpack forky "$root" hx
	own_libraries "$root" usr/lib/hx/hx
	cat >"$cache/hx.new" <<-SCRIPT
		#!/bin/sh
		export HELIX_RUNTIME=$root/usr/lib/hx/runtime
		exec $root/usr/lib/hx/hx "\$@"
	SCRIPT
	chmod +x "$cache/hx.new"
	"$cache/hx.new" --version >/dev/null || fail "Debian's Helix does not start"
	mv "$cache/hx.new" "$cache/hx"
}

# setup_vscode installs VS Code's server. Its packages' install scripts are not run
# but for those of the native modules that it cannot start without.
setup_vscode() {
	local version=4.99.4 folder=$cache/code-server
	local code_server=$folder/node_modules/code-server
	[ "$(cat "$folder.version" 2>/dev/null)" != "$version" ] || return 0
	say "fetching code-server $version; this takes a minute or two"
	rm -rf "$folder"
	mkdir -p "$folder"
	echo '{"private":true}' >"$folder/package.json"
	(cd "$folder" && logged "$folder.log" npm install --no-save --ignore-scripts --no-audit --no-fund "code-server@$version")
	(
		cd "$code_server/lib/vscode"
		logged "$folder.log" npm install --ignore-scripts --omit=dev --no-audit --no-fund
		(cd extensions && logged "$folder.log" npm install --ignore-scripts --omit=dev --no-audit --no-fund)
		local module
		for module in @vscode/spdlog native-watchdog kerberos @parcel/watcher; do
			logged "$folder.log" npm rebuild "$module"
		done
		# Its last step, which copies files for Windows, fails after the module is built.
		npm rebuild node-pty >"$folder.log" 2>&1 || true
		[ -f node_modules/node-pty/build/Release/pty.node ] || fail "node-pty was not built; see $folder.log"
		mkdir -p node_modules/@vscode/ripgrep/bin
		cp "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
		ln -sfn node_modules node_modules.asar
		[ ! -d extensions/node_modules ] || ln -sfn node_modules extensions/node_modules.asar
	)
	(cd "$folder" && logged "$folder.log" npm rebuild argon2)
	node "$code_server/out/node/entry.js" --version >/dev/null || fail "code-server does not start: node $code_server/out/node/entry.js"
	echo "$version" >"$folder.version"
}

if [ $# -eq 0 ]; then
	setup_packages
	setup_vscode &
	fetching=$!
	setup_neovim
	setup_helix
	wait $fetching
fi
for what in "$@"; do
	case $what in
	packages | neovim | helix | vscode) "setup_$what" ;;
	*) fail "unknown part $what" ;;
	esac
done
