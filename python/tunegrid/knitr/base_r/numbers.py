"""R's `format()` for numbers: one notation and one number of decimals for a whole column."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .marks import PLAIN, Marks, set_marks
from .significant import measure

_FIXED, _SCIENTIFIC = 310, -310  # what `scientific = FALSE` and `TRUE` add to the width allowed


@dataclass(frozen=True, kw_only=True)
class Notation:
    """The arguments of R's `format()` that concern numbers, with R's defaults.

    Args:
        digits: significant digits that the number in need of most gets, at most.
        nsmall: decimals in fixed notation, at least.
        scientific: whether to write exponents; None leaves it to the width. A whole number is
            the number of characters by which fixed notation may be wider (R's `scipen`).
        marks: what stands between groups of digits, and for the decimal point.
    """

    digits: int = 7
    nsmall: int = 0
    scientific: bool | int | None = None
    marks: Marks = PLAIN


def format_numbers(
    numbers: Sequence[float] | np.ndarray,
    missing: np.ndarray | None = None,
    notation: Notation = Notation(),
) -> list[str]:
    """Format a column of doubles as R's `format(trim = TRUE)` does.

    All get the same number of decimals: as few as show each to `digits` significant digits.
    Fixed notation is for columns in which it is not wider than the scientific one.

    Args:
        numbers: the doubles.
        missing: which of them are NA; a NaN that is not is written NaN.
        notation: how to write them.

    >>> format_numbers([1.5, 0.25, 100])
    ['1.50', '0.25', '100.00']
    >>> format_numbers([100000.0]), format_numbers([100000.0, 123456.0])
    (['1e+05'], ['100000', '123456'])
    """
    numbers = np.asarray(numbers, dtype=np.float64) + 0.0  # R knows no negative zero
    finite = np.isfinite(numbers)
    decimals, letter = _choose(numbers[finite], notation)
    specification = f".{decimals}{letter}"
    texts = [format(number, specification) for number in numbers.tolist()]
    texts = set_marks(texts, notation.marks)
    for index in np.flatnonzero(~finite):
        texts[index] = _WORDS.get(float(numbers[index]), "NaN")
    for index in np.flatnonzero(missing) if missing is not None else ():
        texts[index] = "NA"
    return texts


_WORDS = {float("inf"): "Inf", float("-inf"): "-Inf"}


def format_number(number: float) -> str:
    """Format a single double as R's `as.character()` does: up to 15 significant digits."""
    return format_numbers([number], notation=Notation(digits=15))[0]


def _choose(numbers: np.ndarray, notation: Notation) -> tuple[int, str]:
    """Choose the number of decimals, and fixed or scientific notation."""
    if not len(numbers):
        return 0, "f"
    powers, needed, widens = measure(numbers, notation.digits)
    negative = numbers < 0
    left = powers + 1 - widens
    decimals = max(0, int((needed - powers - 1).max()))
    fixed = int((negative + np.maximum(left, 1)).max()) + decimals + (decimals > 0)
    mantissa = int(needed.max()) - 1
    exponent = 3 if left.max() > 100 or left.min() <= -99 else 2  # noqa: PLR2004
    scientific = int(negative.any()) + 1 + (mantissa > 0) + mantissa + 2 + exponent
    if fixed <= scientific + _allowance(notation.scientific):
        return max(decimals, notation.nsmall), "f"
    return mantissa, "e"


def _allowance(scientific: bool | int | None) -> int:
    if isinstance(scientific, bool):
        return _SCIENTIFIC if scientific else _FIXED
    return scientific or 0
