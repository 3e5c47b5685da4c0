"""One run, in the process that calls it.

The engines, and what is the same for all of them. It knows no study and no store.
"""
