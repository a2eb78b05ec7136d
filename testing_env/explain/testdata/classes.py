# input: 3
# expect: <3>\n<5>
class Box:
    def __init__(self, x):
        self.x = x

    def __str__(self):
        return f"<{self.x}>"

    def show(self):
        print(self)  # WRONG


n = int(input())
for x in (n, n + 1):
    Box(x).show()
