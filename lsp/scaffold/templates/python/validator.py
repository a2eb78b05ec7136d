"""The validator: reads an input and exits with 1, saying why, unless it keeps
every promise of the statement. It keeps generated and shrunk inputs valid.
"""

import sys


def reject(why):
    print(why, file=sys.stderr)
    sys.exit(1)


def number(token, what, lo, hi):
    try:
        x = int(token)
    except ValueError:
        reject(f"{what} is not a number: {token}")
    if not lo <= x <= hi:
        reject(f"{what} is {x}, not between {lo} and {hi}")
    return x


# Replace this by the statement's own promises.
tokens = sys.stdin.read().split()
if not tokens:
    reject("the input is empty")
n = number(tokens[0], "n", 1, 200_000)
if len(tokens) != n + 1:
    reject(f"{len(tokens) - 1} numbers, expected {n}")
for i, token in enumerate(tokens[1:], 1):
    number(token, f"number {i}", -(10**9), 10**9)
