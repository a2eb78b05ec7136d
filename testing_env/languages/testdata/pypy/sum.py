#!/usr/bin/env pypy3
import sys
import totals as t


def main():
    data = sys.stdin.read().split()
    assert sys.implementation.name == "pypy"
    print(t.total(data[1:]), t.largest(data[1:]))


main()
