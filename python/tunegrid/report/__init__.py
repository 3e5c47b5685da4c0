"""What is written for readers.

A study described, tables captioned, models shown and exported, results as a folder and back again,
and the report that R Markdown makes of one.
"""
