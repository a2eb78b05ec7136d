#: group: Compilation
#: tries: to leave a program that is none
#: expect: compiler=RE
#: why: it cannot be executed
head -c 5000 /dev/urandom >out/main
chmod 755 out/main
