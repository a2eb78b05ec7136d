#: group: Compilation
#: tries: to leave nothing at all
#: expect: compiler=CE|RE
#: why: there is no program to run
exit 0
