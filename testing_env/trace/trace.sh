# Tells which line of a Bash script printed one byte of its standard output.
#
# Read by Bash itself (BASH_ENV) with STRESSTESTER_TRACE="FD:OFFSET". Before each command
# it looks how far the output has got; the command after which the byte at OFFSET is there
# is logged to FD as described in trace.c, with frames as "LINE:FUNCTION".
unset BASH_ENV
if [[ ${STRESSTESTER_TRACE-} =~ ^([0-9]+):([0-9]+)$ ]]; then
	__stresstester=("${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" 0 "")
	unset STRESSTESTER_TRACE
	__stresstester_look() {
		local key at i frames="$1:${FUNCNAME[1]:-main}"
		while read -r key at; do
			[[ $key == pos: ]] && break
		done 2>&- </proc/self/fdinfo/1
		if [[ -n $at ]]; then
			if ((__stresstester[2] <= __stresstester[1] && __stresstester[1] < at)) && [[ -n ${__stresstester[3]} ]]; then
				printf 'w %d %d %s\n' "${__stresstester[2]}" "$at" "${__stresstester[3]}" >&"${__stresstester[0]}"
				trap - DEBUG
			fi
			__stresstester[2]=$at
		fi
		for ((i = 1; i < ${#FUNCNAME[@]} - 1 && i < 60; i++)); do
			frames+=" ${BASH_LINENO[i]}:${FUNCNAME[i + 1]}"
		done
		__stresstester[3]=$frames
	}
	set -T
	trap '__stresstester_look "$LINENO"' DEBUG EXIT
fi
