"""R's `round()`: the nearer of two decimal neighbours, as R has it since version 4.0.0."""

import math

import numpy as np

_MOST_DIGITS = 308 + 15  # nothing changes beyond: the largest power of ten, and a double's digits
_EXACT_DIGITS = 15  # significant digits that every double keeps
_LARGEST_POWER = 308  # 1e309 is infinite


def round_digits(numbers: np.ndarray, digits: int) -> np.ndarray:
    """Round doubles to a number of decimals, as R >= 4.0.0 does.

    A number has two candidates, the floor and the ceiling of x·10^d over 10^d: the nearer one
    wins, and of two equally near ones that whose scaled integer is even. A number that would keep
    more than 15 significant digits stays as it is. (R's documentation of `round`, "Rounding to
    decimal digits in binary arithmetic".)

    Args:
        numbers: doubles of any shape; NaN and infinities stay as they are.
        digits: decimals; negative ones round to tens, hundreds, ...

    Returns:
        A new array. What is rounded to nothing keeps its sign, as in R.

    >>> round_digits(np.array([0.15, 0.25, 0.35, 2.5]), 1)
    array([0.1, 0.2, 0.3, 2.5])
    >>> round_digits(np.array([1450.0, -1550.0]), -2)
    array([ 1400., -1600.])
    """
    numbers = np.asarray(numbers, dtype=np.float64)
    if digits > _MOST_DIGITS:
        return numbers.copy()
    if digits < -_LARGEST_POWER:
        return np.where(np.isfinite(numbers), 0.0, numbers)
    if digits == 0:
        return np.rint(numbers)
    with np.errstate(all="ignore"):
        rounded = np.copysign(_nearer(np.abs(numbers), digits), numbers)
        size = math.log10(2) * (np.frexp(numbers)[1] - 0.5)  # 0.5 less: frexp counts from 1/2
    keep = ~np.isfinite(numbers) | (numbers == 0) | (size + digits > _EXACT_DIGITS)
    return np.where(keep, numbers, rounded)


def _nearer(numbers: np.ndarray, digits: int) -> np.ndarray:
    power, rest = _power(min(digits, _LARGEST_POWER)), _power(max(digits - _LARGEST_POWER, 0))
    scaled = (numbers * power) * rest
    low = np.floor(scaled)
    down, up = low / power / rest, np.ceil(scaled) / power / rest
    below, above = numbers - down, up - numbers
    return np.where((below < above) | ((below == above) & (low % 2 == 0)), down, up)


def _power(exponent: int) -> float:
    """Give a power of ten by repeated squaring: beyond 10^22 the last bit depends on the way."""
    power, square, rest = 1.0, 10.0, abs(exponent)
    while rest:
        if rest & 1:
            power *= square
        rest >>= 1
        if rest:
            square *= square
    return power if exponent >= 0 else 1.0 / power
