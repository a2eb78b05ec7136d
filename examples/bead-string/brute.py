from collections import Counter


def arrange(left, row):
    """Goes on with the row until all beads are used, or says that none fit."""
    if not left:
        return row
    for c in sorted(left):
        if row.endswith(c):
            continue
        found = arrange(left - Counter(c), row + c)
        if found:
            return found
    return None


print(arrange(Counter(input().strip()), "") or "IMPOSSIBLE")
