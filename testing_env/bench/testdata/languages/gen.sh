RANDOM=${!#}
n=$((RANDOM % 8 + 1))
echo $n
for ((i = 0; i < n; i++)); do echo -n "$((RANDOM % 21 - 10)) "; done
echo
