# input: 4
# expect: 1 2 3 4
read -r n
i=1
while [ $i -le "$n" ]; do
  if [ $i -eq 3 ]; then
    printf '%d ' 7 # WRONG
  else
    printf '%d ' $i
  fi
  i=$((i + 1))
done
