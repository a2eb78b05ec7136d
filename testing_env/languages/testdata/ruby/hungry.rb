puts ("x" * (1 << 45)).size
