"""Reads an input and exits with 1 unless it keeps the statement's promises."""

import sys


def reject(reason):
    print(reason, file=sys.stderr)
    sys.exit(1)


def integer(token, lo, hi, what):
    try:
        value = int(token)
    except ValueError:
        reject(f"{what} is not a number: {token}")
    if not lo <= value <= hi:
        reject(f"{what} is {value}, not between {lo} and {hi}")
    return value


lines = [line.split() for line in sys.stdin.read().splitlines()]
if not lines or len(lines[0]) != 1:
    reject("the first line is not n alone")
n = integer(lines[0][0], 1, 200_000, "n")
if len(lines) != n:
    reject(f"{len(lines) - 1} paths, expected {n - 1}")

leader = list(range(n + 1))


def find(u):
    while leader[u] != u:
        leader[u] = leader[leader[u]]
        u = leader[u]
    return u


for number, line in enumerate(lines[1:], 2):
    if len(line) != 3:
        reject(f"line {number} has {len(line)} numbers, expected 3")
    u = integer(line[0], 1, n, f"u in line {number}")
    v = integer(line[1], 1, n, f"v in line {number}")
    integer(line[2], -1_000_000_000, 1_000_000_000, f"w in line {number}")
    if find(u) == find(v):
        reject(f"line {number} closes a circle")
    leader[find(u)] = find(v)
