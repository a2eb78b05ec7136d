#!/bin/bash
# Tries the sandbox in engines other than the machine's own, each of which it starts
# for itself in a temporary folder and ends again: `stresstester doctor`, and an
# example to its counterexample.
#
#   testing_env/engines.sh [runsc] [docker-rootless] [podman] [podman-rootless]
#
# With HOSTILE=1 the hostile programs follow, each in one role, by exec. It needs root,
# on a machine with the packages below; the image comes from the machine's own Docker.
set -euo pipefail
cd "$(dirname "$0")/.."
packages="docker.io runsc podman runc rootlesskit slirp4netns uidmap"
user=stresstester-engines

[ "$(id -u)" = 0 ] || { echo "engines.sh: only root can start engines" >&2; exit 2; }
for command in dockerd runsc podman runc rootlesskit newuidmap; do
	command -v $command >/dev/null || { echo "engines.sh: $command is missing: apt-get install $packages" >&2; exit 2; }
done
if id $user >/dev/null 2>&1; then
	echo "engines.sh: there is a user $user, perhaps of another run: remove it with userdel" >&2
	exit 2
fi
image=${STRESSTESTER_IMAGE:-$(bin/stresstester image status --name)}
dir=$(mktemp -d /tmp/stresstester-engines-XXXXXX)
chmod 711 "$dir"
started=()

# stop ends what was started, the last first, and waits for it: an engine ends its own
# helpers when it is asked to.
stop() {
	for ((i = ${#started[@]} - 1; i >= 0; i--)); do
		local pid=${started[i]}
		kill "$pid" 2>/dev/null || continue
		for _ in $(seq 300); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -9 "$pid" 2>/dev/null || true
	done
	started=()
}

cleanup() {
	local status=$?
	stop
	if id $user >/dev/null 2>&1; then
		# What is left of a rootless engine is in the user's name; nobody else has it.
		pkill -9 -u $user || true
		userdel $user 2>/dev/null || true
	fi
	{ grep " $dir" /proc/self/mounts || true; } | cut -d' ' -f2 | sort -r | xargs -r umount -l
	rm -rf --one-file-system "$dir"
	exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# await waits for a socket to answer.
await() {
	for _ in $(seq 600); do
		docker -H "unix://$1" version >/dev/null 2>&1 && return
		sleep 0.1
	done
	echo "engines.sh: the engine at $1 does not answer:" >&2
	tail -n 20 "$dir"/*.log >&2
	return 1
}

# make_user makes the unprivileged user that the rootless engines are run by.
make_user() {
	id $user >/dev/null 2>&1 && return
	useradd --home-dir "$dir/home" --create-home --shell /bin/bash $user
	install -d -o $user -m 700 "$dir/run"
}

# as_user becomes that user and a command.
as_user() {
	exec setpriv --reuid $user --regid $user --init-groups \
		env -i HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# try NAME SOCKET [RUNTIME] loads the image and runs.
try() {
	local name=$1 socket=$2 runtime=${3:-}
	printf '\n== %s\n' "$name"
	await "$socket"
	export DOCKER_HOST=unix://$socket
	env -u DOCKER_HOST docker save "$image" | docker load --quiet
	bin/stresstester doctor --image "$image" ${runtime:+--runtime $runtime}
	local status=0
	bin/stresstester run --verbose --no-save --image "$image" ${runtime:+--runtime $runtime} examples/max-subarray/sol.cpp >"$dir/run.txt" 2>&1 || status=$?
	grep -E 'was run|^[A-Z]+: |tests in' "$dir/run.txt" || true
	if [ $status != 1 ] || ! grep -q '^WA: .*expected -1, got 0' "$dir/run.txt"; then
		echo "engines.sh: the example should have ended in WA, but ended with status $status" >&2
		cat "$dir/run.txt" >&2
		return 1
	fi
	if [ -n "${HOSTILE:-}" ]; then
		STRESSTESTER_HOSTILE=sample STRESSTESTER_HOSTILE_STRATEGY=exec STRESSTESTER_IMAGE=$image STRESSTESTER_TEST_RUNTIME=$runtime \
			go test -count 1 -timeout 40m ./testing_env/hostile -run Programs
	fi
	unset DOCKER_HOST
}

for engine in ${*:-runsc docker-rootless podman podman-rootless}; do
	socket=$dir/$engine.sock log=$dir/$engine.log
	case $engine in
	runsc)
		echo '{"runtimes": {"runsc": {"path": "'"$(command -v runsc)"'", "runtimeArgs": ["--network=none"]}}}' >"$dir/daemon.json"
		# Its own network namespace keeps it from the bridge of the machine's engine.
		unshare --net --mount --propagation unchanged dockerd --config-file "$dir/daemon.json" --data-root "$dir/docker" --exec-root "$dir/exec" \
			--pidfile "$dir/docker.pid" -H "unix://$socket" --bridge none --iptables=false --ip6tables=false --ip-forward=false >"$log" 2>&1 &
		started+=($!)
		try "Docker with gVisor" "$socket" runsc
		;;
	docker-rootless)
		make_user
		as_user DOCKERD_ROOTLESS_ROOTLESSKIT_NET=host DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=none \
			sh /usr/share/docker.io/contrib/dockerd-rootless.sh --bridge=none --iptables=false --ip6tables=false >"$log" 2>&1 &
		started+=($!)
		try "Docker, rootless" "$dir/run/docker.sock"
		;;
	podman)
		podman --storage-driver overlay --root "$dir/podman" --runroot "$dir/podman-run" --runtime runc --cgroup-manager cgroupfs \
			system service --time 0 "unix://$socket" >"$log" 2>&1 &
		started+=($!)
		try "Podman, run by root" "$socket"
		;;
	podman-rootless)
		make_user
		as_user podman --storage-driver overlay --root "$dir/home/podman" --runroot "$dir/run/podman-run" --runtime runc --cgroup-manager cgroupfs \
			system service --time 0 "unix://$dir/run/podman.sock" >"$log" 2>&1 &
		started+=($!)
		try "Podman, rootless" "$dir/run/podman.sock"
		;;
	*)
		echo "engines.sh: $engine is none of runsc docker-rootless podman podman-rootless" >&2
		exit 2
		;;
	esac
	stop
	# Each has a copy of the image, of some gigabytes.
	rm -rf --one-file-system "$dir"/{docker,exec,podman,home/.local,home/podman}
done
