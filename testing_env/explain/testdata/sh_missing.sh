# input: 3
# expect: 1\n2\n3
# note: ends too early
read -r n
for i in $(seq 1 $((n - 1))); do
  echo "$i" # WRONG
done
