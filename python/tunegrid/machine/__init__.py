"""The machine beneath.

The Python to start other processes with, the processor, files that can be looked at, native code
kept quiet.
"""
