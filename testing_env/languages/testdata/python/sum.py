import sys
import totals as t


def main():
    data = sys.stdin.read().split()
    print(t.total(data[1:]), t.largest(data[1:]))


main()
