# The module's own generator alone.
# varies
from random import randint, choice
print(randint(1, 10**18))
