#!/usr/bin/env bash
# Runs the extension in a real VS Code, against the real server and the real
# sandbox: code-server serves VS Code, headless Chromium shows it, Playwright plays
# the user. `make e2e` fetches and builds what it needs.
#
#   vscode.sh               all scenarios
#   vscode.sh story create  those of editors/vscode/e2e/{story,create}.mjs
#
# The scenario rooms needs a shared server: the one that ROOMS_SERVER names, or one
# that is started for it (which needs Postgres).
#
# Chromium is $CHROMIUM, or the one in PATH. With SCREENSHOTS=1 the pictures in
# docs/images are made anew. The exit status is 1 if a test failed.
set -euo pipefail
script=vscode.sh
# shellcheck source=tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

# find_chromium prints the path of a Chromium.
find_chromium() {
	local name
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
		[ -n "$name" ] && command -v "$name" && return
	done
	return 1
}

code_server=$cache/code-server/node_modules/code-server
version=$(cat "$cache/code-server.version" 2>/dev/null) || fail "there is no code-server: run testing_env/e2e/setup.sh"
chromium=$(find_chromium) || fail "there is no Chromium: run testing_env/e2e/setup.sh"
case $(uname -m) in
x86_64) vsix=dist/stresstester-linux-x64.vsix ;;
aarch64) vsix=dist/stresstester-linux-arm64.vsix ;;
*) fail "there is no package for $(uname -m)" ;;
esac
[ -f "$vsix" ] || fail "there is no $vsix: run make vsix"
sandbox
export VSIX=$top/$vsix CODE_SERVER=$code_server/out/node/entry.js CHROMIUM=$chromium EVIDENCE=$cache
# The newest Neovim there is plays beside VS Code.
export NEOVIM=${NEOVIM:-$cache/nvim-0.12}
[ -z "${SCREENSHOTS:-}" ] || export SCREENSHOTS=$top/docs/images

[ $# -gt 0 ] || set -- story create folders broken rooms look
if [[ " $* " == *" rooms "* && -z "${ROOMS_SERVER:-}" ]]; then
	work=$(mktemp -d)
	trap 'stop_serving; rm -rf "$work"' EXIT
	# Not 127.0.0.1: VS Code opens addresses there by way of its own server.
	serve "$work" 127.0.0.2
	export ROOMS_SERVER=$server_address
fi
say "code-server $version, $("$chromium" --version 2>/dev/null | head -n 1), $(bin/stresstester version)"
node editors/vscode/e2e/run.mjs "$@"
