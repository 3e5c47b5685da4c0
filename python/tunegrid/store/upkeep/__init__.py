"""A store proved whole and mended.

What is checked, what was found, what can be repaired.
"""
