# input: 3
# expect: 1\n2\n3
show() {
  if [ "$1" -eq 2 ]; then
    echo 5 # WRONG
  else
    echo "$1"
  fi
}

read -r n
for ((i = 1; i <= n; i++)); do
  show "$i"
done
