"""What can be learned from.

Data sets by the digests of their arrays, where they are on this machine, read and verified, split
as a protocol says.
"""
