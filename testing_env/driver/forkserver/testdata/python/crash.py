# An exception nobody catches, with a cause.
def f(n):
    try:
        return 10 // (n - 3)
    except ZeroDivisionError as e:
        raise ValueError("three") from e
n = int(input())
print(n)
print(f(n))
