"""What the R package calls: verbs by name, with plain values in and out.

reticulate before 1.45 cannot convert the frames of pandas 3, and before 1.29 every error of
Python's is of one class in R. So frames go over as plain columns with the places of their NAs
beside them, and nothing is ever raised across the border.
"""

from .calls import call
from .values import plain

__all__ = ["call", "plain"]
