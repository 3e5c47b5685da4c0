"""Which conclusions survive.

Whether a claim holds on scores, how far two orders agree. Arithmetic on arrays and frames.
"""
