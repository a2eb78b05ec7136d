"""The brute force: the simplest program that is surely right, however slow.

It reads the same input as the tested program and prints the right answer.
"""


def main():
    n = int(input())
    a = list(map(int, input().split()))[:n]

    # Replace this by the simplest right solution.
    print(sum(a))


main()
