#: group: Compilation
#: tries: to leave folders deeper than any path
#: expect: compiler=CE
#: why: a name that is too long is an error like others
#: compile-time: 20s
cd out || exit 1
i=0
while [ $i -lt 40 ]; do
	n=$(printf '%0200d' $i)
	mkdir "$n" && cd "$n" || break
	i=$((i + 1))
done
exit 0
