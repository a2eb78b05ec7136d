#: group: Compilation
#: tries: never to end, without using the processor
#: expect: compiler=CE
#: why: four times the time limit is all it may wait
#: compile-time: 300ms
sleep 1000
