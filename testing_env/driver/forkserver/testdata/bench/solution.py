# A contest solution on a tiny input.
import sys
from collections import defaultdict
from heapq import heappush, heappop


def main():
    data = sys.stdin.read().split()
    heap, seen = [], defaultdict(int)
    for x in map(int, data[1:]):
        heappush(heap, x)
        seen[x] += 1
    best = current = 0
    for x in data[1:]:
        current = max(current + int(x), int(x))
        best = max(best, current)
    print(best, heappop(heap), len(seen))


main()
