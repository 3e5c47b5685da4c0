"""By how much a claim holds, with an interval."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...study.claims import Claim
from .quantiles import t_isf, t_sf
from .systems import Places, System

_PIECE = 10**7


@dataclass(frozen=True)
class Interval:
    """A claim's slack with its ends, and the probability of data so far beyond its boundary.

    Attributes:
        slack: by how much the claim holds on the means; negative where it does not.
        low, high: the truth lies below low, or above high, with probability alpha at most, each.
        p_holds, p_fails: of data so far beyond the boundary, if the claim did not hold, or did.
    """

    slack: float
    low: float
    high: float
    p_holds: float
    p_fails: float

    @property
    def p(self) -> float:
        """The lesser of the two one-sided ones."""
        return min(self.p_holds, self.p_fails)


def slack_interval(
    places: Places,
    cells: pd.DataFrame,
    alpha: float = 0.05,
    *,
    draws: int = 10_000,
    seed: int = 1,
) -> Interval:
    """Give the interval of a claim's slack.

    `low` is the least lower end of its inequalities, each at alpha (intersection-union, Berger
    1982, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24); `high`
    is simultaneous over them, as in Dunnett 1955 and Hsu 1984 ("Constrained simultaneous
    confidence intervals for multiple comparisons with the best", Ann. Stat. 12). Variances that
    are not shared are drawn (Behrens-Fisher); one inequality whose cells share one variance has
    Student's t exactly.

    Args:
        places: from `claim_system`.
        cells: a row a cell, with n, mean, variance, df and shared, as `seed_variance` gives.
        alpha: the error in each direction.
        draws: of means and variances.
        seed: of `numpy.random.default_rng`.
    """
    ends = []
    for place in places:
        many = len(place)
        found = [
            _of_system(one, cells, alpha / many, alpha / len(places), draws, seed) for one in place
        ]
        greatest = (max(getattr(one, name) for one in found) for name in ("slack", "low", "high"))
        p_holds = min(1.0, many * min(one.p_holds for one in found))
        ends.append(Interval(*greatest, p_holds, max(one.p_fails for one in found)))
    least = (min(getattr(one, name) for one in ends) for name in ("slack", "low", "high"))
    p_fails = min(1.0, len(ends) * min(one.p_fails for one in ends))
    return Interval(*least, max(one.p_holds for one in ends), p_fails)


def _of_system(
    system: System, cells: pd.DataFrame, low: float, high: float, draws: int, seed: int
) -> Interval:
    used = system.used
    if not used.any():
        slack = float(-system.bound.max())
        return Interval(slack, slack, slack, 1.0, 1.0)
    matrix, own = system.a_matrix[:, used], cells[used]
    variance, n = own["variance"].to_numpy(float), own["n"].to_numpy(float)
    lead = matrix @ own["mean"].to_numpy(float) - system.bound
    error = np.sqrt(matrix**2 @ (variance / n))
    if not (error > 0).all():
        slack = float(lead.min())
        return Interval(slack, -math.inf, math.inf, 1.0, 1.0)
    if len(lead) == 1 and len(set(own["shared"])) == 1:
        return _by_student(float(lead[0]), float(error[0]), float(own["df"].iloc[0]), low, high)
    return _by_draws(matrix, lead, error, own, (low, high), draws, seed)


def _by_student(lead: float, error: float, df: float, low: float, high: float) -> Interval:
    p = (float(t_sf(one / error, df)) for one in (lead, -lead))
    ends = lead - float(t_isf(low, df)) * error, lead + float(t_isf(high, df)) * error
    return Interval(lead, *ends, *p)


def _by_draws(
    matrix: np.ndarray,
    lead: np.ndarray,
    error: np.ndarray,
    own: pd.DataFrame,
    alphas: tuple[float, float],
    draws: int,
    seed: int,
) -> Interval:
    rng = np.random.default_rng(seed)
    errors = rng.standard_normal((draws, len(own)))
    errors *= np.sqrt(drawn_variances(own, draws, rng) / own["n"].to_numpy(float))
    least, worst, most = math.inf, 0.0, np.full(draws, -math.inf)
    for rows in np.array_split(np.arange(len(lead)), math.ceil(len(lead) * draws / _PIECE)):
        thrown = errors @ matrix[rows].T
        least = min(least, float((lead[rows] + np.quantile(thrown, alphas[0], axis=0)).min()))
        worst = max(worst, float((thrown <= -lead[rows]).mean(axis=0).max()))
        most = np.maximum(most, (thrown / error[rows]).max(axis=1))
    high = float((lead + np.quantile(most, 1 - alphas[1]) * error).min())
    fails = float((most >= -(lead / error).min()).mean())
    return Interval(float(lead.min()), least, high, worst, fails)


def drawn_variances(cells: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw variances from what is known of them: v df / χ², once for each label that is shared.

    Returns:
        Shape (draws, cells).
    """
    labels, places = np.unique(cells["shared"].to_numpy(str), return_inverse=True)
    df = cells["df"].to_numpy(float)
    free = np.array([df[places == number][0] for number in range(len(labels))])
    ratios = free / rng.chisquare(free, (draws, len(labels)))
    return cells["variance"].to_numpy(float) * ratios[:, places]


def average_verdict(claim: Claim, found: Interval, delta: float) -> str:
    """Say whether a claim is so on average: `holds`, `fails`, `tie` or `undecided`.

    A tie is a difference that does not matter, for claims without a margin of their own.
    """
    if found.low > 0:
        return "holds"
    if found.high < 0:
        return "fails"
    has_margin = getattr(claim, "margin", 0.0) > 0
    if not has_margin and -delta < found.low and found.high < delta:
        return "tie"
    return "undecided"
