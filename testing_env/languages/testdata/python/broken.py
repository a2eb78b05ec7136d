n = int(input())
for i in range(n)  # <-- error
    print(i)
