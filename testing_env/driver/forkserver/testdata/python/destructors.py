# Destructors of globals, and of cycles.
import weakref
class A:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print("gone", self.name)
a = A("global")
b = A("cycle")
b.self = b
del b
c = A("freed")
del c
