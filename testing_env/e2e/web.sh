#!/usr/bin/env bash
# The server's pages from end to end, in a real Chromium: bin/stresstester-server on a
# throw-away Postgres, two people, and axe on every page.
#
#   web.sh [SCREENSHOTS]   where to put pictures; default: a temporary folder
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() { printf 'web.sh: %s\n' "$*" >&2; exit 1; }
command -v npm >/dev/null || fail "please install Node.js 20 or newer, with npm"
export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || fail "please install Chromium"
[ -x bin/stresstester-server ] || fail "please run make build first"

export E2E_MODULES=${E2E_MODULES:-$PWD/.cache/web-e2e}
if [ ! -d "$E2E_MODULES/node_modules/axe-core" ]; then
	mkdir -p "$E2E_MODULES"
	echo '{"private":true}' >"$E2E_MODULES/package.json"
	npm install --prefix "$E2E_MODULES" --no-audit --no-fund --ignore-scripts playwright-core@1.50.0 axe-core@4.10.2 >/dev/null
fi

work=$(mktemp -d)
server=
stop() {
	status=$?
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
	[ "$status" = 0 ] || tail -n 20 "$work/log" >&2
	rm -rf "$work"
}
trap stop EXIT

port=$((20000 + RANDOM % 20000))
STRESSTESTER_LISTEN=127.0.0.1:$port STRESSTESTER_METRICS_LISTEN=off STRESSTESTER_REQUESTS_PER_MINUTE=-1 \
	bin/stresstester-server serve --dev --env-file= >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 200); do
	grep -q '^listening on ' "$work/out" && break
	kill -0 "$server" 2>/dev/null || fail "the server did not start"
	sleep 0.1
done
# Who looks after the server is decided on its command line, by the database's owner.
E2E_GRANT="POSTGRES_HOST='$(sed -n 's/.*throw-away Postgres runs in \([^;]*\);.*/\1/p' "$work/log" | head -n 1)' POSTGRES_USR=postgres POSTGRES_DB_NAME=stresstester \
	POSTGRES_SSLMODE=disable OAUTH_SECRET_KEY=$(head -c 32 /dev/urandom | base64) STRESSTESTER_PUBLIC_URL=http://127.0.0.1:$port \
	bin/stresstester-server admin --env-file= grant \"\$1\""
export E2E_GRANT
node testing_env/e2e/web.mjs "http://127.0.0.1:$port" "${1:-$work/pictures}"
