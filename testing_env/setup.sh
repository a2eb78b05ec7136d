#!/usr/bin/env bash
# Installs and starts what the demo and the tests need and what is missing, and
# nothing else:
#
#   setup.sh go      a Go toolchain new enough for go.mod, below .cache/ if there is none
#   setup.sh docker  Docker's engine, running; an engine that answers is used as it is
#   setup.sh postgres  Postgres' server programs; none is started
#   setup.sh keyring  a keyring's programs, for the tests that sign in; none is started
#   setup.sh base    tools that make a base image where no registry answers
#
# Installing needs Debian or a relative of it, and root. Without either it says
# what to install by hand and ends with status 1.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# apt_install PACKAGE… installs Debian packages, quietly unless that fails.
apt_install() {
	command -v apt-get >/dev/null || fail "please install $* by hand: this is not a Debian system"
	[ "$(id -u)" = 0 ] || fail "please install $* (for example: sudo apt-get install $*) and run this again"
	say "installing $*"
	local log
	log=$(mktemp)
	if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		fail "apt-get could not install $*; its last words are above"
	fi
	rm -f "$log"
}

# Go 1.21 and newer fetch the toolchain that go.mod asks for by themselves.
setup_go() {
	local have=""
	if command -v go >/dev/null; then
		have=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
	fi
	[ -n "$have" ] && [ "$have" -ge 21 ] && return
	[ -x .cache/go/bin/go ] && return
	command -v curl >/dev/null || apt_install curl ca-certificates
	command -v unzip >/dev/null || apt_install unzip
	local arch version=1.26.8
	case $(uname -m) in
	x86_64) arch=amd64 ;;
	aarch64) arch=arm64 ;;
	*) fail "please install Go $version or newer by hand: there is no ready-made one for $(uname -m)" ;;
	esac
	say "fetching Go $version"
	mkdir -p .cache
	curl -fsSL --retry 3 -o .cache/go.zip \
		"https://proxy.golang.org/golang.org/toolchain/@v/v0.0.1-go$version.linux-$arch.zip" ||
		fail "Go could not be fetched; please install Go $version or newer by hand"
	rm -rf .cache/go .cache/go.unpacked
	unzip -q .cache/go.zip -d .cache/go.unpacked
	mv ".cache/go.unpacked/golang.org/toolchain@v0.0.1-go$version.linux-$arch" .cache/go
	# A module's archive keeps no execute bits.
	chmod +x .cache/go/bin/* .cache/go/pkg/tool/*/*
	rm -rf .cache/go.zip .cache/go.unpacked
}

docker_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# engine_answers works without Docker's command-line client.
engine_answers() {
	docker_answers && return
	command -v curl >/dev/null || return
	local socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
	[ "${socket#unix://}" != "$socket" ] || return
	curl -fs --max-time 5 --unix-socket "${socket#unix://}" http://localhost/_ping >/dev/null 2>&1
}

setup_docker() {
	engine_answers && return
	if [ -n "${DOCKER_HOST:-}" ]; then
		fail "DOCKER_HOST is $DOCKER_HOST, but no engine answers there; start it, or unset DOCKER_HOST"
	fi
	command -v dockerd >/dev/null || apt_install docker.io iptables ca-certificates
	[ "$(id -u)" = 0 ] || fail "Docker's engine is installed but does not answer; start it (sudo systemctl start docker) and run this again"
	say "starting Docker's engine"
	if [ -d /run/systemd/system ]; then
		systemctl start docker
	else
		mkdir -p .cache
		# Its own session, so that it outlives this shell.
		setsid nohup dockerd >.cache/dockerd.log 2>&1 </dev/null &
	fi
	for _ in $(seq 300); do
		engine_answers && return
		sleep 0.2
	done
	tail -n 20 .cache/dockerd.log >&2 2>/dev/null || true
	fail "Docker's engine did not start within a minute"
}

# The tests start Postgres by themselves, each in a temporary folder. Debian would also make and
# start a cluster for the whole machine, which nobody asked for.
setup_postgres() {
	command -v initdb >/dev/null && return
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
	if [ "$(id -u)" = 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		mkdir -p /etc/postgresql-common
		echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
	fi
	apt_install postgresql
}

# The tests start a bus and a keyring of their own. Elsewhere than on Linux there is another one.
setup_keyring() {
	[ "$(uname -s)" = Linux ] || return 0
	command -v gnome-keyring-daemon >/dev/null && command -v secret-tool >/dev/null &&
		command -v dbus-daemon >/dev/null && command -v dbus-send >/dev/null && return
	# The daemon's own package cannot be had in parts; what it recommends is for desktops.
	apt_install gnome-keyring libsecret-tools dbus-daemon dbus-bin
}

# A base image is pulled where a registry answers; debootstrap is for where none does.
setup_base() {
	command -v debootstrap >/dev/null || command -v mmdebstrap >/dev/null && return
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
	if command -v docker >/dev/null; then
		docker image inspect debian:trixie-slim >/dev/null 2>&1 && return
		timeout 60 docker pull -q debian:trixie-slim >/dev/null 2>&1 && return
	fi
	apt_install debootstrap
}

for what in "$@"; do
	case $what in
	go | docker | postgres | keyring | base) "setup_$what" ;;
	*) fail "unknown part $what" ;;
	esac
done
