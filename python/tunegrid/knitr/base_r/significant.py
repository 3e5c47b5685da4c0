"""How many digits a double needs: the measure that R's `format()` takes of each number.

R scales each number to an integer of as many digits as are shown, in 80-bit arithmetic, and counts
the trailing zeros. C's and Python's `%e` round the exact value instead. The two differ only where
a number lies within 2^-64 of a tie, so that case alone is computed the long way, with integers, on
every machine alike.
"""

import math
from fractions import Fraction

import numpy as np

_BY_PRINTING = 16  # from so many digits on, R itself asks C's printf
_DOUBLES_SUFFICE = 9  # up to here a double tells a tie from what is none
_TIE = 1e-5
_TABLED_POWER = 27  # R has the powers of ten in a table up to here, of doubles
_MANTISSA = 64


def measure(numbers: np.ndarray, digits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measure finite doubles at a number of significant digits.

    Args:
        numbers: finite doubles, one dimension.
        digits: significant digits, 1 to 22.

    Returns:
        Three arrays: the power of ten of the first digit after rounding, the significant digits
        without trailing zeros, and whether rounding adds a digit that fixed notation does not.
    """
    sizes = np.abs(numbers)
    powers, needed = _by_printing(sizes, digits)
    if digits < _BY_PRINTING:
        for index in np.flatnonzero(_near_ties(sizes, powers, digits)):
            powers[index], needed[index] = _by_scaling(float(sizes[index]), digits)
    widens = np.zeros(len(sizes), dtype=bool)
    if digits < _BY_PRINTING:
        with np.errstate(over="ignore"):
            grown = (powers > 0) & (powers <= _TABLED_POWER) & (sizes < 10.0**powers)
        for index in np.flatnonzero(grown):
            widens[index] = _widens(float(sizes[index]), int(powers[index]), digits)
    return powers, needed, widens


def _by_printing(sizes: np.ndarray, digits: int) -> tuple[np.ndarray, np.ndarray]:
    end = digits + 1 if digits > 1 else 1  # of the mantissa, with its point
    texts = [f"{size:.{digits - 1}e}" for size in sizes.tolist()]
    powers = np.array([int(text[end + 1 :]) for text in texts], dtype=np.int64)
    needed = [max(1, len(text[:end].rstrip("0").replace(".", ""))) for text in texts]
    return powers, np.array(needed, dtype=np.int64)


def _near_ties(sizes: np.ndarray, powers: np.ndarray, digits: int) -> np.ndarray:
    if digits > _DOUBLES_SUFFICE:
        return sizes > 0
    with np.errstate(all="ignore"):
        scaled = sizes * 10.0 ** (digits - 1 - powers)
        far = np.abs(scaled - np.floor(scaled) - 0.5) > _TIE
    return (sizes > 0) & ~(far & np.isfinite(scaled))


def _by_scaling(size: float, digits: int) -> tuple[int, int]:
    power = math.floor(math.log10(size)) - digits + 1
    if abs(power) <= _TABLED_POWER:
        scale = Fraction(float(f"1e{abs(power)}"))
        scale = scale if power > 0 else 1 / scale
    else:
        scale = _to_64_bits(Fraction(10) ** power)
    scaled = _to_64_bits(Fraction(size) / scale)
    if scaled < 10 ** (digits - 1):
        scaled, power = _to_64_bits(scaled * 10), power - 1
    text = str(round(scaled))  # Fraction rounds ties to even, as nearbyintl() does
    return power + len(text) - 1, max(1, len(text.rstrip("0")))


def _to_64_bits(number: Fraction) -> Fraction:
    """Round to the mantissa of an 80-bit number."""
    shift = _MANTISSA - number.numerator.bit_length() + number.denominator.bit_length()
    scale = Fraction(2) ** shift
    if number * scale >= 1 << _MANTISSA:
        scale /= 2
    return Fraction(round(number * scale)) / scale


def _widens(size: float, power: int, digits: int) -> bool:
    cut_off = Fraction(1, 2) / 10 ** min(max(digits - power, 0), _TABLED_POWER)
    return Fraction(size) < 10**power - cut_off
