#!/usr/bin/env bash
# Writes docs/examples.md: what a terminal of 100 columns shows at the end of
# `stresstester run` on every example. Needs bin/stresstester and the sandbox.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT
{
	cat <<'HEAD'
# What a run shows

Every problem in [examples](../examples/README.md) has a solution with a bug. Each of these is the whole report of
`stresstester run`, taken from a terminal of 100 columns by `examples/write-examples.sh`. Times are of the machine
that wrote them. The tests of the examples hold every report to one screen, its line to the one that printed the wrong
token (or crashed, or took the time), and its input to the smallest one known.
HEAD
	for dir in examples/*/; do
		name=$(basename "$dir")
		tested=$(sed -n 's/.*"tested": "\(.*\)".*/\1/p' "$dir/expected.json")
		printf '\n## %s\n\n```console\n$ stresstester run examples/%s/%s\n' "$name" "$name" "$tested"
		# script gives the program a terminal; what it draws while it runs is wiped again.
		script -qec "stty cols 100 rows 40; NO_COLOR=1 bin/stresstester run --no-save examples/$name/$tested 2>/dev/null" /dev/null </dev/null |
			tr -d '\r' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' || true
		printf '```\n'
	done
} >"$out"
cp "$out" docs/examples.md
