#: group: Compilation
#: tries: to read what other compilers and programs have
#: expect: compiler=RE
#: why: their folders are closed to it; it makes a program that says what it found
found=0
environ=/proc/1/environ
[ -z "$HOSTILE_GVISOR" ] || environ= # which it shows to everybody
for path in /cache/* /run/stresstester/* /run/stresstester/programs/* /w/* /w/*/* /etc/shadow $environ; do
	[ -r "$path" ] && [ "$path" != /w/ ] && [ "${PWD#"$path"}" = "$PWD" ] && { echo "BREACH: $path" >&2; found=1; }
done
[ $found = 0 ] || exit 1
printf '#!/bin/sh\nexit 5\n' >out/main
chmod 755 out/main
