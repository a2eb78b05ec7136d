# Seeds that differ from run to run.
# varies
import random
import os, secrets, uuid
print(random.random(), random.Random().random(), os.urandom(4), secrets.token_hex(4), uuid.uuid4())
