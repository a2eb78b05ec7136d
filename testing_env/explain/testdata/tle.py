# verdict: TLE
# input: 100000
# expect: 1
# note: of its time was spent in this line
def count(n):
    seen = []
    for i in range(n):
        if i not in seen:  # WRONG
            seen.append(i)
    return len(seen)


print(count(int(input())))
