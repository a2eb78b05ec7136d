largest() { printf '%s\n' "$@" | sort -n | tail -n 1; }
