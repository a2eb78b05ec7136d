# input: 3
# expect: 3
# interactor: read q; echo more; read q; echo "too many questions" >&2; exit 1
# note: the last of the conversation
def ask(m):
    print("?", m, flush=True)  # WRONG
    return input()


n = 1
while ask(n) == "more":
    n += 1
print("!", n)
