"""Runs made.

Workers train them, an executor hands them out, the driver's loop claims and stores them. The
worker's side (messages, executor, process, worker, local) knows no store: only drivers write.
"""
