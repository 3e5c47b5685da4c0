"""How many columns a text takes on a screen, by the table that R has for it."""

import bisect
import csv
import functools
import unicodedata
from collections.abc import Sequence
from pathlib import Path

_ASCII, _PLANE = 0x80, 0x10000
_UNPRINTED = {"Cc", "Cn", "Cs", "Zl", "Zp"}
_TABLE = Path(__file__).with_name("widths.csv")


def display_width(text: str) -> int:
    r"""Count columns as R's `nchar(type = "width")` does in a UTF-8 locale.

    >>> display_width("a漢é\u0301")
    4
    """
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_width, text))


def display_widths(texts: Sequence[str]) -> list[int]:
    """Count columns of many texts: nearly always all of them are plain, which is quickly seen."""
    together = "".join(texts)
    is_plain = together.isascii() and together.isprintable()
    return list(map(len if is_plain else display_width, texts))


def printed_width(text: str) -> int:
    r"""Count columns as R does before it pads text: an escape such as `\n` takes two."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return len(text)
    return sum(map(_printed, text))


@functools.lru_cache(maxsize=4096)
def _width(character: str) -> int:
    firsts, lasts, widths = _ranges()
    index = bisect.bisect_right(firsts, ord(character)) - 1
    return widths[index] if index >= 0 and ord(character) <= lasts[index] else 1


def _printed(character: str) -> int:
    if character in "\\\a\b\f\n\r\t\v":
        return 2
    if unicodedata.category(character) not in _UNPRINTED:
        return _width(character)
    point = ord(character)
    return 4 if point < _ASCII else 6 if point < _PLANE else 10  # \001, \u0085, \U0010ffff


@functools.cache
def _ranges() -> tuple[list[int], list[int], list[int]]:
    with _TABLE.open(encoding="ascii", newline="") as file:
        rows = [[int(row[name]) for name in row] for row in csv.DictReader(file)]
    firsts, lasts, widths = zip(*rows, strict=True)
    return list(firsts), list(lasts), list(widths)
