# What the scripts of this folder have in common. To be sourced, with the script's
# name in $script; leaves the shell at the top of the checkout.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
cache=$top/.cache/e2e
mkdir -p "$cache"
export LC_ALL=C.UTF-8

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$script" "$*" >&2; exit 1; }

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
	# One at a time: the list of packages has a lock of its own.
	(
		flock 9
		logged "$cache/apt.log" apt-get update -q
		DEBIAN_FRONTEND=noninteractive logged "$cache/apt.log" apt-get install -y -q --no-install-recommends "${missing[@]}"
	) 9>"$cache/apt.lock"
}

# unpack SUITE FOLDER PACKAGE… fetches packages of a Debian suite, whichever this
# system is, with everything they need down to the C library, and unpacks them into
# FOLDER. Nothing is installed, and apt checks the signatures as always.
unpack() {
	local suite=$1 folder=$2 work package
	shift 2
	command -v apt-get >/dev/null || fail "please install $* by hand: this is not a Debian system"
	work=$folder.fetch
	rm -rf "$work" "$folder"
	mkdir -p "$work"/{lists/partial,archives/partial} "$folder"
	: >"$work/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${DEBIAN_MIRROR:-http://deb.debian.org/debian} $suite main" >"$work/sources"
	local apt=(apt-get -q -y
		-o "Dir::Etc::SourceList=$work/sources" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o "Dir::State=$work" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work"
		-o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Install-Recommends=false)
	logged "$folder.log" "${apt[@]}" update
	logged "$folder.log" "${apt[@]}" --download-only install "$@"
	for package in "$work"/archives/*.deb; do
		dpkg-deb -x "$package" "$folder"
	done
	rm -rf "$work"
}

# own_libraries FOLDER PROGRAM makes an unpacked program use the libraries beside it
# instead of this system's. Unlike starting it by the loader, that lasts when the
# program starts itself again, as Neovim does in a terminal.
own_libraries() {
	local folder=$1 program=$2 loader libraries
	loader=$(find "$folder" -name 'ld-linux*.so.*' -not -type d | head -n 1)
	libraries=$(dirname "$(find "$folder" -name libc.so.6 | head -n 1)")
	[ -n "$loader" ] || fail "the packages in $folder have no loader"
	patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries:$libraries/lua/5.1" "$folder/$program"
}

# sandbox checks that what is to be tested is built, and names the image.
sandbox() {
	[ -x bin/stresstester ] || fail "bin/stresstester is missing: run make build"
	if [ -z "${STRESSTESTER_IMAGE:-}" ]; then
		STRESSTESTER_IMAGE=$(bin/stresstester image status --name)
	fi
	export STRESSTESTER_IMAGE
	# Homes of the tests are others, and so the engine's address is said to them.
	if [ -z "${DOCKER_HOST:-}" ]; then
		DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
		[ -n "$DOCKER_HOST" ] && export DOCKER_HOST || unset DOCKER_HOST
	fi
}

# free_port finds a port on which nobody listens.
free_port() {
	local port
	for port in $(shuf -i 20000-29999 -n 50); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
	fail "no port is free"
}

# serve FOLDER [HOST] starts a shared server with a throw-away database and names it in
# $server_address; stop_serving ends it. What it says goes to FOLDER/server.log.
server=
serve() {
	local folder=$1 host=${2:-127.0.0.1}
	[ -x bin/stresstester-server ] || fail "bin/stresstester-server is missing: run make build"
	server_address=http://$host:$(free_port)
	STRESSTESTER_LISTEN=${server_address#http://} STRESSTESTER_METRICS_LISTEN=off STRESSTESTER_REQUESTS_PER_MINUTE=-1 \
		bin/stresstester-server serve --dev --env-file= >"$folder/server.out" 2>"$folder/server.log" &
	server=$!
	# It makes a database first, which takes long on a busy machine.
	for _ in $(seq 600); do
		! grep -q '^listening on ' "$folder/server.out" || return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
	done
	tail -n 20 "$folder/server.log" >&2
	fail "the server did not start"
}
stop_serving() {
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
	server=
}
