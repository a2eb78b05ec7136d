# input: 3
# expect: 3\n4
def solve(n):
    try:
        return {1: 1}[n]
    except KeyError:
        print(n)
    finally:
        print(n + 2)  # WRONG


solve(int(input()))
