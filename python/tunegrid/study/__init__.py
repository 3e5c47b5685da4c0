"""A published study as data.

A study.toml with its printed tables, read and checked whole; those that ship; a grid of one's own
in the same form. Nothing here knows a run.
"""
