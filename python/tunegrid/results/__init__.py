"""What a reader asks a store for.

Tidy rows, counts, ours beside the published. It reads, and imports nothing that trains.
"""
