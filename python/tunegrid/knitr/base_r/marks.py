"""Marks between digits: thousands, groups of decimals, the decimal point (R's `prettyNum()`)."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The arguments of R's `prettyNum()`, with its defaults.

    Args:
        big_mark: stands between groups of digits before the decimal point.
        big_interval: digits in such a group.
        small_mark: stands between groups of decimals.
        small_interval: digits in such a group.
        decimal_mark: the decimal point, one character.
        drop0trailing: leave out zeros at the end of the decimals, and exponents of zero.
    """

    big_mark: str = ""
    big_interval: int = 3
    small_mark: str = ""
    small_interval: int = 5
    decimal_mark: str = "."
    drop0trailing: bool = False


#: No marks, and a decimal point.
PLAIN = Marks()


def set_marks(texts: list[str], marks: Marks) -> list[str]:
    """Set marks into numbers that are written with a decimal point.

    >>> set_marks(["1234567.50", "-123"], Marks(big_mark=","))
    ['1,234,567.50', '-123']
    """
    if marks == PLAIN:
        return texts
    return [_set(text, marks) for text in texts]


def _set(text: str, marks: Marks) -> str:
    whole, point, decimals = text.partition(".")
    if marks.big_mark:
        mark = _unescape(marks.big_mark[::-1])[::-1]  # R writes it backwards
        whole = _group_from_right(whole, mark, marks.big_interval)
    if marks.small_mark:
        mark = _unescape(marks.small_mark)
        decimals = _group_from_left(decimals, mark, marks.small_interval)
    if marks.drop0trailing and point:
        decimals = _drop_zeros(decimals)
    return whole + (marks.decimal_mark if decimals else "") + decimals


def _unescape(mark: str) -> str:
    """Take out backslashes, as R's `gsub()` does that sets the mark."""
    return re.sub(r"\\(.?)", r"\1", mark)


def _group_from_right(whole: str, mark: str, interval: int) -> str:
    if not re.search(rf"[0-9]{{{interval + 1},}}", whole):
        return whole
    # \B would not do from this side: the sign is no digit
    return re.sub(rf"(?<=[0-9])(?=(?:[0-9]{{{interval}}})+$)", lambda _: mark, whole)


def _group_from_left(decimals: str, mark: str, interval: int) -> str:
    if not re.search(rf"[0-9]{{{interval + 1},}}", decimals):
        return decimals
    # R takes the e of an exponent for one more digit: \B, not a look for digits
    return re.sub(rf"[0-9]{{{interval}}}\B", lambda found: found[0] + mark, decimals)


def _drop_zeros(decimals: str) -> str:
    if "e" in decimals:
        return re.sub(r"e[+-]0+$", "", decimals)
    return decimals.rstrip("0")
