"""How exactly a printed number is known, and whether two of them can be the same."""

import math

from ..conclusions.arithmetic.scores import TINY
from ..study.csvfile import Printed

_DECIMALS = 6


def agree(printed: float, other: float) -> bool:
    """Say whether two numbers can be the same one, each rounded to the decimals it has.

    >>> agree(Printed("0.90"), Printed("0.9049")), agree(Printed("0.90"), 0.91)
    (True, False)
    """
    return abs(printed - other) <= slack(printed) + slack(other) + TINY


def is_cut_off(stated: float, other: float) -> bool:
    """Say whether a number is another one with its last decimals cut off where rounding adds one.

    >>> is_cut_off(Printed("0.89"), Printed("0.8999")), is_cut_off(Printed("0.89"), 0.91)
    (True, False)
    """
    if agree(stated, other):
        return False
    lead = math.copysign(1, other) * (other - stated)
    return 0 < lead < 2 * slack(stated)


def slack(number: float) -> float:
    """Give how far a printed number can be from what was rounded; whole numbers are exact."""
    decimals = number.decimals if isinstance(number, Printed) else 0
    return 0.5 * 10.0**-decimals if decimals else 0.0


def text_of(number: float, like: float | None = None) -> str:
    """Write a number as it was printed; a computed one with the decimals of another.

    >>> text_of(Printed("0.90")), text_of(0.91234, Printed("0.90")), text_of(422.0)
    ('0.90', '0.91', '422')
    """
    if isinstance(number, Printed):
        return number.text
    if like is not None and isinstance(like, Printed) and like.decimals:
        return f"{number:.{like.decimals}f}"
    return f"{number:.{_DECIMALS}g}" if number != int(number) else str(int(number))
