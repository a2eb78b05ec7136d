#!/bin/sh
# natives.sh SOURCES DESTINATION compiles the C programs of the sandbox itself: the
# spawner, which starts programs, the shim, which is preloaded into them, and what
# traces them in order to explain a failure. A folder without C files is skipped; one
# that does not compile fails the build.
set -eu
sources=$1 destination=$2

# any_c FOLDER tells whether there is anything to compile.
any_c() {
	for file in "$1"/*.c; do
		[ -e "$file" ] && return 0
	done
	echo "natives.sh: nothing to compile in $1" >&2
	return 1
}

if any_c "$sources/spawn"; then
	gcc -std=gnu17 -O2 -Wall -Wextra -static -o "$destination/spawn" "$sources"/spawn/*.c
fi
if any_c "$sources/shim"; then
	gcc -std=gnu17 -O2 -Wall -Wextra -fPIC -shared -o "$destination/shim.so" "$sources"/shim/*.c
fi
if any_c "$sources/trace"; then
	gcc -std=gnu17 -O2 -Wall -Wextra -fvisibility=hidden -fPIC -shared -o "$destination/trace.so" "$sources"/trace/*.c
	gcc -std=gnu17 -O2 -Wall -Wextra -fvisibility=hidden -fPIC -shared -DCOPIES -o "$destination/copies.so" "$sources"/trace/*.c
	cp "$sources/trace/trace.py" "$sources/trace/record.py" "$destination/"
	mkdir "$destination/trace"
	for tracer in trace.js trace.rb Stresstester.pm trace.lua trace.php trace.sh; do
		cp "$sources/trace/$tracer" "$destination/trace/"
	done
	javac -g:none -proc:none -d "$destination/trace" "$sources/trace/Trace.java"
fi
mkdir "$destination/warm"
javac -g:none -Xlint:all -Werror -proc:none -d "$destination/warm" "$sources"/warm/stresstester/*.java
cp "$sources/warm/ruby/warm.rb" "$sources/warm/javascript/warm.js" "$destination/warm/"
