"""`python -m tunegrid` is `tune-grid`."""

from .cli import main

main()
