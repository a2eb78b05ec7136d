# input: 3
# expect: 1\n2\n4
# note: put together before
read -r n
seq 1 "$n" # WRONG
