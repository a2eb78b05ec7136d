#!/bin/sh
# headers.sh PACKAGES.sh FLAGS.txt INSTANTIATE.cc precompiles bits/stdc++.h once for each
# line of flags, which are those of a C++ standard in languages.toml that matter to the
# result: as programs are compiled, and with the checks that explain a failure. GCC takes
# the one that fits and ignores them all where none does, so that a program always means
# what it means without them.
set -eu

# What the plugin is built with stays for this script only.
plugin_dev="gcc-$(gcc -dumpversion)-plugin-dev"
sh "$1" "$plugin_dev"
work=/tmp/headers
mkdir "$work"
g++ -std=gnu++17 -O2 -fno-rtti -fPIC -shared \
	-I"$(g++ -print-file-name=plugin)/include" "$3" -o "$work/instantiate.so"
printf '#include <bits/stdc++.h>\n#pragma stresstester instantiate\n' >"$work/all.h"

header=$(echo '#include <bits/stdc++.h>' | g++ -x c++ -M - | tr ' ' '\n' | grep '/bits/stdc++\.h$')
mkdir "$header.gch"

number=0
while read -r std flags; do
	number=$((number + 1))
	made="$header.gch/$std-$number"
	# shellcheck disable=SC2086 # flags are words
	g++ "-std=$std" $flags -fplugin="$work/instantiate.so" -x c++-header "$work/all.h" -o "$made"
	# -H marks a precompiled header that is used with "!".
	# shellcheck disable=SC2086
	echo '#include <bits/stdc++.h>' |
		g++ "-std=$std" $flags -DONLINE_JUDGE -H -fsyntax-only -x c++ - 2>&1 |
		grep -qxF "! $made" || {
		echo "headers.sh: GCC does not use the header precompiled for $std $flags" >&2
		exit 1
	}
done <"$2"

rm -rf "$work"
DEBIAN_FRONTEND=noninteractive apt-get purge --yes --auto-remove "$plugin_dev"
rm -rf /var/log/apt /var/log/dpkg.log
