#: group: Compilation
#: tries: to leave a process that changes the program later
#: expect: compiler=RE
#: why: whatever it started is killed before its work is copied
printf '#!/bin/sh\nexit 3\n' >out/main
chmod 755 out/main
(setsid sh -c 'while :; do printf "#!/bin/sh\nexit 4\n" >out/main; done' &)
