# verdict: RE
# note: division by 0
# input: 3
# expect: 1
share() {
  echo $(($1 / $2)) # WRONG
}

read -r n
share "$n" $((n - 3)) || exit 1
exit 1
