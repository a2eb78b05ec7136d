# A terminal that a script types into and looks at: tmux, with a server of its own.
# To be sourced after tools.sh. Everything waits for what is to be seen, never for
# time.

patience=${PATIENCE:-90} # seconds

# terminal FOLDER COMMAND… starts the command in a terminal of 110 columns and 36
# lines, with FOLDER as its current folder.
terminal() {
	local folder=$1
	shift
	socket=$(mktemp -u "$scratch/tmux-XXXXXX")
	printf 'set -g %s\n' 'default-terminal screen-256color' 'status off' 'escape-time 0' >"$scratch/tmux.conf"
	(
		cd "$folder"
		unset TMUX
		tmux -u -S "$socket" -f "$scratch/tmux.conf" new-session -d -x 110 -y 36 "$(printf '%q ' "$@")"
	)
}

screen() { tmux -S "$socket" capture-pane -p; }

# keys KEY… presses keys, by tmux's names.
keys() { tmux -S "$socket" send-keys "$@"; }

# typed TEXT types it.
typed() { tmux -S "$socket" send-keys -l "$1"; }

# await PATTERN waits until a line on the screen matches the extended regular
# expression.
await() {
	local end=$((SECONDS + patience))
	until screen 2>/dev/null | grep -qE -- "$1"; do
		if [ $SECONDS -ge $end ]; then
			printf 'waited %s s for %s; on the screen was\n%s\n' "$patience" "$1" "$(screen | sed 's/^/    | /')" >&2
			return 1
		fi
		sleep 0.05
	done
}

# await_no PATTERN waits until no line matches.
await_no() {
	local end=$((SECONDS + patience))
	while screen 2>/dev/null | grep -qE -- "$1"; do
		if [ $SECONDS -ge $end ]; then
			printf 'waited %s s for %s to go; on the screen was\n%s\n' "$patience" "$1" "$(screen | sed 's/^/    | /')" >&2
			return 1
		fi
		sleep 0.05
	done
}

# steps FUNCTION… runs them one after the other and tells how each went; the name
# is the sentence. The first that fails ends it, with status 1.
steps() {
	local name began
	for name in "$@"; do
		began=$(date +%s%N)
		if ! "$name"; then
			echo "FAIL ${name//_/ }"
			return 1
		fi
		printf 'ok   %s (%d.%d s)\n' "${name//_/ }" $((($(date +%s%N) - began) / 1000000000)) $((($(date +%s%N) - began) / 100000000 % 10))
	done
}

# end_terminal ends the program, whatever it does.
end_terminal() { tmux -S "$socket" kill-server 2>/dev/null || true; }

# shot NAME keeps what is on the screen, when SCREENSHOTS is set.
shot() {
	[ -n "${SCREENSHOTS:-}" ] || return 0
	screen | sed 's/ *$//' >"$cache/$1.txt"
}
