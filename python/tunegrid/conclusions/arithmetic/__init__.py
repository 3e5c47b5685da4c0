"""What follows from scores: arithmetic on arrays and frames.

It reads no store, and draws from generators that are seeded in the call.
"""
