# verdict: MLE
# input: 10
# expect: 1
# note: memory
n = int(input())
rows = []
while True:
    rows.append([n] * 10000)  # WRONG
