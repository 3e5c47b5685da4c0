"""Which conclusions survive.

Ours beside the published with a verdict, claims judged, seeds spent where they decide; and the
arithmetic behind it.
"""
