"""Independent checkers: each checks a claim by code that shares nothing with the code that found it.

Only NumPy and the standard library are imported here, and nothing of the rest of kuzushi.
"""
