# Belongs to local.py.
mine = "the local one"
