#!/bin/sh
# headers.sh FLAGS.txt precompiles bits/stdc++.h once for each line of flags, which
# are those of a C++ standard in languages.toml that matter to the result: as programs
# are compiled, and with the checks that explain a failure. GCC takes the one that fits
# and ignores them all where none does, so that a program always means what it means
# without them.
set -eu

header=$(echo '#include <bits/stdc++.h>' | g++ -x c++ -M - | tr ' ' '\n' | grep '/bits/stdc++\.h$')
mkdir "$header.gch"

number=0
while read -r std flags; do
	number=$((number + 1))
	made="$header.gch/$std-$number"
	# shellcheck disable=SC2086 # flags are words
	g++ "-std=$std" $flags -x c++-header "$header" -o "$made"
	# -H marks a precompiled header that is used with "!".
	# shellcheck disable=SC2086
	echo '#include <bits/stdc++.h>' |
		g++ "-std=$std" $flags -DONLINE_JUDGE -H -fsyntax-only -x c++ - 2>&1 |
		grep -qxF "! $made" || {
		echo "headers.sh: GCC does not use the header precompiled for $std $flags" >&2
		exit 1
	}
done <"$1"
