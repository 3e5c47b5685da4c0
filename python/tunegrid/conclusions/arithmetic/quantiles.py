"""Distributions and corrections that verdicts need, without the half second of SciPy's statistics.

Student's, the normal and Fisher's distribution are those of `scipy.special`, which
`scipy.stats` calls too; Holm's and Wilson's are what statsmodels gives, and a test compares.
"""

import math

import numpy as np


def t_isf(tail: float | np.ndarray, df: float | np.ndarray) -> np.ndarray:
    """Give the number that Student's t exceeds with a probability; NaN for no df."""
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore"):
        return -stdtrit(df, tail)


def t_sf(value: float | np.ndarray, df: float | np.ndarray) -> np.ndarray:
    """Give the probability that Student's t exceeds a number."""
    from scipy.special import stdtr

    with np.errstate(invalid="ignore"):
        return stdtr(df, -np.asarray(value))


def normal_isf(tail: float) -> float:
    """Give the number that a standard normal variable exceeds with a probability."""
    from scipy.special import ndtri

    return float(-ndtri(tail))


def f_sf(value: float, above: float, below: float) -> float:
    """Give the probability that Fisher's F exceeds a number."""
    from scipy.special import fdtrc

    return float(fdtrc(above, below, value))


def f_ppf(share: float, above: float, below: float) -> float:
    """Give the number below which Fisher's F lies with a probability."""
    from scipy.special import fdtri

    return float(fdtri(above, below, share))


def holm(p: np.ndarray) -> np.ndarray:
    """Correct p values for their number, by Holm's steps (Scand. J. Stat. 6, 1979).

    Args:
        p: shape (tests,); NaN counts as no test and stays.
    """
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")[: np.count_nonzero(~np.isnan(p))]
    steps = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    corrected = np.full(len(p), np.nan)
    corrected[order] = np.minimum(steps, 1.0)
    return corrected


def wilson(share: np.ndarray, count: int, alpha: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Give Wilson's interval of a share (J. Am. Stat. Assoc. 22, 1927).

    Args:
        share: of `count` trials, shape (…); NaN gives NaN.
        count: of trials.
        alpha: the error of both ends together.
    """
    z2 = normal_isf(alpha / 2) ** 2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    with np.errstate(invalid="ignore"):
        half = np.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) * math.sqrt(z2)
    return middle - half / (1 + z2 / count), middle + half / (1 + z2 / count)
