"""What the attacks written in Python share; see hostile.h."""
import os
import sys


def breach(text):
    os.write(2, f"BREACH: {text}\n".encode())
    os.write(1, b"BREACH\n")
    os._exit(86)


def honest():
    """Does what an honest program of the role would do."""
    role = os.environ.get("HOSTILE_ROLE")
    if role == "generator":
        seed = int(sys.argv[-1])
        print(seed, seed * 7919 % 1000)
    elif role == "checker":
        with open(sys.argv[2]) as output, open(sys.argv[3]) as answer:
            sys.exit(output.read().split() != answer.read().split())
    else:
        a, b = map(int, sys.stdin.read().split())
        print(a + b)
    sys.stdout.flush()
