import sys


def main():
    data = list(map(int, sys.stdin.read().split()))
    n, m = data[:2]
    # free[p] leads towards the first free place from p on; n + 1 is always free.
    free = list(range(n + 2))

    def first_free(p):
        while free[p] != p:
            free[p] = free[free[p]]
            p = free[p]
        return p

    for wish in data[2 : 2 + m]:
        place = first_free(wish)
        if place > n:
            print(-1)
            continue
        free[place] = place + 1
        print(place)


main()
