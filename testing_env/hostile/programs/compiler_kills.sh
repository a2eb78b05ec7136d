#: group: Compilation
#: tries: to kill everybody, and to trace them
#: expect: compiler=CE|RE
#: why: its user id is its own
i=1
while [ $i -lt 500 ]; do
	[ $i -ne $$ ] && kill -9 $i 2>/dev/null && echo "BREACH: killed $i"
	i=$((i + 1))
done
kill -9 -1
