"""The checker: decides whether an output is right, where several are.

It is run as "checker INPUT OUTPUT ANSWER" and exits with 0 if the output is
right, 1 if it is wrong, 2 if its form is wrong and 3 if the answer itself is
wrong. What it prints to standard error is shown.
"""

import sys


def quit(status, why):
    print(why, file=sys.stderr)
    sys.exit(status)


given, output, answer = (open(path).read().split() for path in sys.argv[1:4])

# Replace this by what makes an output right.
for i, (found, expected) in enumerate(zip(output, answer), 1):
    if found != expected:
        quit(1, f"token {i} is {found}, expected {expected}")
if len(output) != len(answer):
    quit(2, f"the output has {len(output)} tokens, expected {len(answer)}")
