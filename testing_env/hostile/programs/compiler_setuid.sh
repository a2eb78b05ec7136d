#: group: Compilation
#: tries: to leave a set-uid program
#: expect: compiler=RE
#: why: bits of modes other than "executable" are not copied, and this is no program of its language
cp /bin/true out/main
chmod 6777 out/main
printf '#!/bin/sh\ntest -u "$0" && exit 0\nexit 7\n' >out/main
