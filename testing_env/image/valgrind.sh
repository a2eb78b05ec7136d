#!/bin/sh
# valgrind.sh PACKAGES.sh installs valgrind with one of its tools, memcheck, for this
# machine's own programs: the others are several times as large.
set -eu
cat >/etc/dpkg/dpkg.cfg.d/stresstester-valgrind <<'DPKG'
path-exclude=/usr/libexec/valgrind/*
path-include=/usr/libexec/valgrind/memcheck-*
path-include=/usr/libexec/valgrind/vgpreload_core-*
path-include=/usr/libexec/valgrind/vgpreload_memcheck-*
path-include=/usr/libexec/valgrind/*.supp
path-exclude=/usr/libexec/valgrind/*-x86-linux*
path-exclude=/usr/include/valgrind/*
path-exclude=/usr/lib/*/valgrind/*.a
DPKG
sh "$1" valgrind
# It has to know the C library as well as it knows this program.
printf 'int main(void) { int x; if (*(volatile int *)&x == 7) return 1; return 0; }\n' >/tmp/unset.c
gcc -O0 -o /tmp/unset /tmp/unset.c
valgrind -q --vgdb=no --leak-check=no /tmp/unset 2>&1 | grep -q 'depends on uninitialised value' || {
	echo "valgrind.sh: memcheck does not work" >&2
	exit 1
}
rm -f /tmp/unset /tmp/unset.c
