# verdict: PE
# input: 3
# expect: 1 2 3
# checker: echo "wrong output format Expected integer, but \"x7\" found" >&2; exit 2
# note: the checker's message names this token
n = int(input())
print(1)
print("x7")  # WRONG
print(n)
