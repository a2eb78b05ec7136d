# verdict: OLE
# input: 5
# expect: 5
# note: goes on printing
n = int(input())
while n > 0:
    print(n)  # WRONG
