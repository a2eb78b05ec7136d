# An ordinary solution.
import sys
from collections import defaultdict
from heapq import heappush, heappop
seen = defaultdict(int)
runs = 0

def main():
    global runs
    data = sys.stdin.read().split()
    n = int(data[0])
    heap = []
    for x in map(int, data[1:]):
        heappush(heap, x)
        seen[x] += 1
    runs += 1
    print(*[heappop(heap) for _ in range(len(heap))], n, runs, len(seen))

main()
