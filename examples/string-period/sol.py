import sys


def prefix_function(s):
    """pi[i] is the length of the longest border of s[:i + 1]."""
    pi = [0] * len(s)
    for i in range(1, len(s)):
        k = pi[i - 1]
        if k > 0 and s[i] != s[k]:
            k = pi[k - 1]
        if s[i] == s[k]:
            k += 1
        pi[i] = k
    return pi


def main():
    s = sys.stdin.readline().strip()
    print(len(s) - prefix_function(s)[-1])


main()
