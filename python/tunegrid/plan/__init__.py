"""From a study to the runs that it asks for.

Rules to configurations, every setting resolved; configurations to specs, specs to keys.
"""
