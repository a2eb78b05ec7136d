import sys

n, m, *cards = map(int, sys.stdin.read().split())
assert len(cards) == n + m
deck, other = cards[:n], cards[n:]
pairs = 0
for card in deck:
    if card in other:
        other.remove(card)
        pairs += 1
print(pairs)
