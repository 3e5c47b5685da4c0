"""knitr's `kable()` in Python: the same tables, byte for byte."""

from .table import FORMATS, kable

__all__ = ["FORMATS", "kable"]
