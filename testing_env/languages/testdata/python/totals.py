def total(words):
    return sum(map(int, words))


def largest(words):
    return max(map(int, words))
