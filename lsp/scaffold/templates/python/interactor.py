"""The interactor: talks to the tested program.

It is run as "interactor INPUT OUTPUT"; what it prints the tested program reads,
and the other way round. It exits with 0 if the program did well, 1 if not, 2 if
it broke the protocol.
"""

import sys

# Replace this by the problem's own protocol: here a number is to be found by
# guessing, and "<", ">" or "=" is the answer to a guess.
secret = int(open(sys.argv[1]).read().split()[0])
for _ in range(100):
    line = sys.stdin.readline()
    try:
        guess = int(line)
    except ValueError:
        print(f"expected a guess, got {line!r}", file=sys.stderr)
        sys.exit(2)
    print("=" if guess == secret else "<" if secret < guess else ">", flush=True)
    if guess == secret:
        sys.exit(0)
print("more than 100 guesses", file=sys.stderr)
sys.exit(1)
