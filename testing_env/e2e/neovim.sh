#!/usr/bin/env bash
# Runs the tests of the Neovim plugin in a real Neovim, against the real server and
# the real sandbox. `make e2e` builds both first.
#
#   neovim.sh              all tests
#   neovim.sh story stop   those of editors/neovim/tests/{story,stop}_test.lua
#
# The Neovim is $NVIM_BIN, or the one in PATH if it is 0.10 or newer, or Debian's,
# unpacked below .cache/ and installed nowhere. The exit status is 1 if a test
# failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
plugin=$top/editors/neovim
cache=$top/.cache/neovim

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'neovim.sh: %s\n' "$*" >&2; exit 1; }

# suitable NVIM: whether it runs and is new enough.
suitable() {
	"$1" --clean --headless -c "if has('nvim-0.10') | qall | else | cquit | endif" >/dev/null 2>&1
}

# fetch unpacks Debian's Neovim with its libraries, and writes a script that starts
# it by their own loader: no chroot, no container, nothing installed. It is fit for
# --headless only: a terminal's Neovim starts itself again, past the loader.
fetch() {
	command -v debootstrap >/dev/null || {
		[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "please install Neovim 0.10 or newer, or debootstrap"
		say "installing debootstrap"
		{ apt-get update -q && apt-get install -y -q --no-install-recommends debootstrap; } >/dev/null 2>&1 || fail "apt-get could not install debootstrap"
	}
	[ "$(id -u)" = 0 ] || fail "debootstrap needs root; run this as root, or install Neovim 0.10 or newer"
	say "fetching Debian's Neovim"
	rm -rf "$cache"
	mkdir -p "$cache"
	# Only the first stage: packages are fetched, checked and left as they are.
	debootstrap --foreign --variant=minbase --include=neovim trixie "$cache/packages" \
		"${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$cache/debootstrap.log" 2>&1 || {
		tail -n 5 "$cache/debootstrap.log" >&2
		fail "debootstrap could not fetch Neovim; its last words are above"
	}
	mkdir "$cache/root"
	local package
	for package in "$cache"/packages/var/cache/apt/archives/*.deb; do
		dpkg-deb -x "$package" "$cache/root"
	done
	rm -rf "$cache/packages"
	local loader
	loader=$(cd "$cache/root" && find usr/lib usr/lib64 lib64 -name 'ld-linux*.so.*' 2>/dev/null | head -n 1)
	[ -n "$loader" ] || fail "Debian's packages have no loader"
	cat >"$cache/nvim" <<-SCRIPT
		#!/bin/sh
		root=\$(dirname "\$(readlink -f "\$0")")/root
		VIMRUNTIME=\$root/usr/share/nvim/runtime exec "\$root/$loader" \\
			--library-path "\$root/$(cd "$cache/root" && dirname "$(find usr/lib -name 'libc.so.6' | head -n 1)")" "\$root/usr/bin/nvim" "\$@"
	SCRIPT
	chmod +x "$cache/nvim"
	suitable "$cache/nvim" || fail "Debian's Neovim does not start; see $cache"
}

nvim=${NVIM_BIN:-}
if [ -z "$nvim" ]; then
	nvim=$(command -v nvim || true)
	if [ -z "$nvim" ] || ! suitable "$nvim"; then
		nvim=$cache/nvim
		[ -x "$nvim" ] && suitable "$nvim" || fetch
	fi
fi
suitable "$nvim" || fail "$nvim is no Neovim 0.10 or newer"

[ -x bin/stresstester ] || fail "bin/stresstester is missing: run make build"
export PATH=$top/bin:$PATH
if [ -z "${STRESSTESTER_IMAGE:-}" ]; then
	STRESSTESTER_IMAGE=$(bin/stresstester image status --name)
	export STRESSTESTER_IMAGE
fi

# free_port finds a port on which nobody listens.
free_port() {
	local port
	for port in $(shuf -i 20000-29999 -n 50); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
	fail "no port is free"
}

# The tests' home folder is another, and so the engine's address is said to them.
docker_host=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ $# -gt 0 ] || set -- options enable health story stop missing spec browser engine

say "$("$nvim" --version | head -n 1), $(bin/stresstester version)"
status=0
for name in "$@"; do
	test=$plugin/tests/${name}_test.lua
	[ -f "$test" ] || fail "there is no $test"
	home=$scratch/$name
	mkdir -p "$home"/{config,data,state,cache,run,tmp}
	echo "-- $name"
	# Nothing of the user's own Neovim is read or written, and the daemon is the
	# test's own.
	export STRESSTESTER_DAEMON_IDLE=5s STRESSTESTER_COMPANION=off DOCKER_HOST=$docker_host
	case $name in
	browser) STRESSTESTER_COMPANION=$(free_port) ;;
	engine) DOCKER_HOST=unix:///nonexistent/docker.sock ;;
	esac
	HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state \
		XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/run TMPDIR=$home/tmp NVIM_LOG_FILE=$home/nvim.log \
		STRESSTESTER_PLUGIN=$plugin STRESSTESTER_TEST=$test \
		timeout --kill-after=10 170 "$nvim" --headless -n -i NONE -u "$plugin/tests/init.lua" -c "luafile $plugin/tests/run.lua" </dev/null || {
		status=1
		tail -n 20 "$home/state/nvim/lsp.log" 2>/dev/null || true
	}
	HOME=$home XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/run bin/stresstester daemon stop >/dev/null || true
done
exit $status
