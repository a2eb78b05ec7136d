# Modules that are imported late, and what is there without an import.
import sys
print([m for m in ("ctypes", "ast", "numpy") if m in sys.modules])
import json, collections.abc, os.path, datetime as d
from decimal import Decimal, getcontext
getcontext().prec = 5
print(json.dumps({"a": [1, 2]}), Decimal(1) / 3, d.timedelta(1))
from fractions import Fraction
print(Fraction(1, 3) + Fraction(1, 6))
