"""A folder with `results.sqlite` (the truth) and `models/`.

Plans, claims, attempts, results, weights. It trains nothing.
"""
