def pick(values, i):
    return values[i]  # <-- crash


n = int(input())
print(pick(list(map(int, input().split())), n))
