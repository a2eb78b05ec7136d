#!/usr/bin/env pypy3
import sys
from math import hypot


def cross(ax, ay, bx, by, px, py):
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


def to_segment(px, py, ax, ay, bx, by):
    """The distance of the point p from the segment ab."""
    length2 = (bx - ax) ** 2 + (by - ay) ** 2
    if length2 == 0:
        return hypot(px - ax, py - ay)
    t = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length2
    t = max(0.0, min(1.0, t))
    return hypot(px - (ax + t * (bx - ax)), py - (ay + t * (by - ay)))


def distance(a, b):
    # Each cable has its ends on both sides of the other one, or on it.
    if cross(*a, *b[:2]) * cross(*a, *b[2:]) <= 0 and cross(*b, *a[:2]) * cross(*b, *a[2:]) <= 0:
        return 0.0
    return min(
        to_segment(*a[:2], *b),
        to_segment(*a[2:], *b),
        to_segment(*b[:2], *a),
        to_segment(*b[2:], *a),
    )


def main():
    numbers = list(map(int, sys.stdin.read().split()))
    print("%.9f" % distance(numbers[:4], numbers[4:]))


main()
