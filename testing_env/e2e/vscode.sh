#!/usr/bin/env bash
# Runs the extension in a real VS Code, against the real server and the real
# sandbox: code-server serves VS Code, headless Chromium shows it, Playwright plays
# the user. `make e2e-vscode` builds the rest first.
#
#   vscode.sh               the whole scenario
#   vscode.sh story create  those of editors/vscode/e2e/{story,create}.mjs
#   vscode.sh --setup       only fetch what is missing
#
# code-server is fetched with npm below .cache/ of this checkout and installed
# nowhere else. Chromium is $CHROMIUM, or the one in PATH, or Debian's. With
# SCREENSHOTS=1 the pictures in docs/images are made anew. The exit status is 1 if
# a test failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
extension=$top/editors/vscode
cache=$top/.cache/vscode
version=4.99.4
code_server=$cache/code-server/node_modules/code-server

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'vscode.sh: %s\n' "$*" >&2; exit 1; }

# logged LOG COMMAND… shows a command's last words only when it fails.
logged() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 15 "$log" >&2
		fail "$1 failed; the whole log is $log"
	}
}

# apt_install PACKAGE… installs Debian packages that are missing.
apt_install() {
	local missing=() package
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || fail "please install ${missing[*]} by hand: this is not a Debian system"
	[ "$(id -u)" = 0 ] || fail "please install ${missing[*]} (sudo apt-get install ${missing[*]})"
	say "installing ${missing[*]}"
	logged "$cache/apt.log" apt-get update -q
	DEBIAN_FRONTEND=noninteractive logged "$cache/apt.log" apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# find_chromium prints the path of a Chromium.
find_chromium() {
	local name
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
		[ -n "$name" ] && command -v "$name" && return
	done
	return 1
}

# fetch_code_server installs VS Code's server. Its packages' install scripts are not
# run but for those of the native modules that it cannot start without.
fetch_code_server() {
	[ "$(cat "$cache/installed" 2>/dev/null)" = "$version" ] && return
	command -v npm >/dev/null || fail "please install Node.js 20 or newer, with npm"
	apt_install ripgrep libkrb5-dev libx11-dev libxkbfile-dev libsecret-1-dev pkg-config python3 make g++
	say "fetching code-server $version; this takes some minutes"
	mkdir -p "$cache/code-server"
	echo '{"private":true}' >"$cache/code-server/package.json"
	(cd "$cache/code-server" && logged "$cache/install.log" npm install --no-save --ignore-scripts --no-audit --no-fund "code-server@$version")
	(
		cd "$code_server/lib/vscode"
		logged "$cache/install-vscode.log" npm install --ignore-scripts --omit=dev --no-audit --no-fund
		(cd extensions && logged "$cache/install-extensions.log" npm install --ignore-scripts --omit=dev --no-audit --no-fund)
		local module
		for module in @vscode/spdlog native-watchdog kerberos @parcel/watcher; do
			logged "$cache/rebuild.log" npm rebuild "$module"
		done
		# Its last step, which copies files for Windows, fails after the module is built.
		npm rebuild node-pty >"$cache/rebuild-pty.log" 2>&1 || true
		[ -f node_modules/node-pty/build/Release/pty.node ] || fail "node-pty was not built; see $cache/rebuild-pty.log"
		mkdir -p node_modules/@vscode/ripgrep/bin
		cp "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
		ln -sfn node_modules node_modules.asar
		[ ! -d extensions/node_modules ] || ln -sfn node_modules extensions/node_modules.asar
	)
	(cd "$cache/code-server" && logged "$cache/rebuild.log" npm rebuild argon2)
	node "$code_server/out/node/entry.js" --version >/dev/null ||
		fail "code-server does not start: node $code_server/out/node/entry.js"
	echo "$version" >"$cache/installed"
}

mkdir -p "$cache"
chromium=$(find_chromium) || { apt_install chromium fonts-dejavu-core fonts-liberation && chromium=$(find_chromium); } || fail "please install Chromium"
fetch_code_server
[ "${1:-}" = --setup ] && exit 0

vsix=$(ls -t dist/stresstester-linux-*.vsix 2>/dev/null | head -n 1) || true
[ -n "$vsix" ] || fail "there is no dist/stresstester-linux-*.vsix: run make vsix"
[ -x bin/stresstester ] || fail "bin/stresstester is missing: run make build"
if [ -z "${STRESSTESTER_IMAGE:-}" ]; then
	STRESSTESTER_IMAGE=$(bin/stresstester image status --name)
	export STRESSTESTER_IMAGE
fi
export VSIX=$top/$vsix CODE_SERVER=$code_server/out/node/entry.js CHROMIUM=$chromium EVIDENCE=$cache
[ -z "${SCREENSHOTS:-}" ] || export SCREENSHOTS=$top/docs/images

[ $# -gt 0 ] || set -- story create broken look
say "code-server $version, $("$chromium" --version 2>/dev/null | head -n 1), $(bin/stresstester version)"
node "$extension/e2e/run.mjs" "$@"
