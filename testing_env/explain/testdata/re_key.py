# verdict: RE
# input: 3
# expect: 1
# note: KeyError: 3
def look(known, key):
    return known[key]  # WRONG


n = int(input())
print(look({1: 2}, n))
