"""The figures of a report, a file each: what is drawn, and what is said of it."""
