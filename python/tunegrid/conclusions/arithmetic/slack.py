"""By how much a claim holds: claims as linear inequalities between expected scores.

Every claim about scores is a conjunction of inequalities A μ > a. Its slack is the least of
A μ - a: by how much it holds, or misses.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...study.claims import (
    AtLeast,
    Claim,
    EveryGreater,
    Gain,
    LargerDifference,
    LargestShareOfErrors,
    MeanGreater,
    Monotone,
    Near,
    Ranking,
    Same,
    Within,
)
from .quantiles import t_isf, t_sf
from .scores import Scores

_PIECE = 10**7


@dataclass(frozen=True)
class System:
    """Inequalities A μ > a over the expected scores of cells; all must hold.

    Attributes:
        a_matrix: shape (inequalities, cells).
        bound: shape (inequalities,).
    """

    a_matrix: np.ndarray
    bound: np.ndarray

    def slack(self, values: np.ndarray) -> np.ndarray:
        """Give the least of A μ - a, for values of shape (..., cells)."""
        return (values @ self.a_matrix.T - self.bound).min(axis=-1)

    @property
    def used(self) -> np.ndarray:
        """Which cells the inequalities are about, shape (cells,)."""
        return (self.a_matrix != 0).any(axis=0)


#: What must hold together: at each place one of several systems. A place of a ranking that names
#: several configurations is held by any of them; every other claim is one place with one system.
Places = Sequence[Sequence[System]]


def claim_system(claim: Claim, rows: Sequence[Mapping[str, object]]) -> Places | None:
    """Write a claim as inequalities between the expected scores of configurations.

    Args:
        claim: of a study.
        rows: what conditions can name, one mapping a cell.

    Returns:
        Places of systems; None for claims that are no inequalities between means (confusions,
        what no run can test).
    """
    writer = _WRITERS.get(type(claim))
    return None if writer is None else writer(claim, Scores(rows, np.zeros(len(rows))))


def claim_slack(places: Places, values: np.ndarray) -> np.ndarray:
    """Give the slack of a claim, for values of shape (..., cells)."""
    best = [np.stack([one.slack(values) for one in place]).max(axis=0) for place in places]
    return np.stack(best).min(axis=0)


def single_line(places: Places) -> tuple[np.ndarray, float] | None:
    """Give a claim's inequality, row and bound, where it is a single one."""
    if len(places) == 1 and len(places[0]) == 1 and len(places[0][0].bound) == 1:
        return places[0][0].a_matrix[0], float(places[0][0].bound[0])
    return None


def used_cells(places: Places) -> np.ndarray:
    """Which cells a claim is about, shape (cells,)."""
    return np.stack([one.used for place in places for one in place]).any(axis=0)


def _one(rows: Sequence[np.ndarray], bound: Sequence[float] | float = 0.0) -> Places:
    matrix = np.stack(rows) if len(rows) else np.zeros((0, 0))
    return [[System(matrix, np.broadcast_to(bound, len(rows)).astype(float))]]


def _mean(scores: Scores, where: str) -> np.ndarray:
    members = scores.members(where)
    row = np.zeros(len(scores.rows))
    row[members] = 1 / len(members)
    return row


def _unit(scores: Scores, position: int) -> np.ndarray:
    row = np.zeros(len(scores.rows))
    row[position] = 1.0
    return row


def _mean_greater(claim: MeanGreater, scores: Scores) -> Places:
    return _one([_mean(scores, claim.group) - _mean(scores, claim.than)])


def _every_greater(claim: EveryGreater, scores: Scores) -> Places:
    pairs = itertools.product(scores.members(claim.group), scores.members(claim.than))
    return _one([_unit(scores, i) - _unit(scores, j) for i, j in pairs], claim.margin)


def _about(claim: Same | Gain, scores: Scores) -> Places:
    row = _mean(scores, claim.group) - _mean(scores, claim.than)
    value = claim.value if isinstance(claim, Gain) else 0.0
    return _one([row, -row], [value - claim.margin, -value - claim.margin])


def _at_least(claim: AtLeast, scores: Scores) -> Places:
    return _one([_unit(scores, i) for i in scores.members(claim.group)], claim.value)


def _near(claim: Near, scores: Scores) -> Places:
    units = [_unit(scores, i) for i in scores.members(claim.group)]
    bounds = [claim.value - claim.margin] * len(units) + [-claim.value - claim.margin] * len(units)
    return _one([*units, *(-unit for unit in units)], bounds)


def _within(claim: Within, scores: Scores) -> Places:
    pairs = itertools.permutations(scores.members(claim.group), 2)
    rows = [_unit(scores, j) - _unit(scores, i) for i, j in pairs]
    return _one(rows or [np.zeros(len(scores.rows))], -claim.margin)


def _ranking(claim: Ranking, scores: Scores) -> Places:
    """Place by place; of losses the lowest is the best."""
    sign = -1.0 if claim.measure == "loss" else 1.0
    left, places = scores.members(claim.among), []
    for where in claim.first:
        named = [position for position in left if position in scores.members(where)]
        others = [position for position in left if position not in named]
        rows = [
            [sign * (_unit(scores, i) - _unit(scores, j)) for j in others] or [_zeros(scores)]
            for i in named
        ]
        places.append([System(np.stack(one), np.zeros(len(one))) for one in rows])
        left = others
    return places


def _zeros(scores: Scores) -> np.ndarray:
    return np.zeros(len(scores.rows))


def _monotone(claim: Monotone, scores: Scores) -> Places:
    levels: dict[object, list[int]] = {}
    for position in scores.members(claim.among):
        levels.setdefault(scores.rows[position][claim.by], []).append(position)
    means = []
    for level in sorted(levels):
        row = _zeros(scores)
        row[levels[level]] = 1 / len(levels[level])
        means.append(row)
    sign = 1.0 if claim.direction == "rises" else -1.0
    return _one([sign * (after - before) for before, after in itertools.pairwise(means)])


def _larger_difference(claim: LargerDifference, scores: Scores) -> Places:
    one, other = (
        _mean(scores, first) - _mean(scores, second)
        for first, second in (claim.first, claim.second)
    )
    return _one([one - other])


def _largest_share(claim: LargestShareOfErrors, scores: Scores) -> Places:
    return _one([_mean(scores, claim.group)], 0.5)


_WRITERS = {
    MeanGreater: _mean_greater,
    EveryGreater: _every_greater,
    Same: _about,
    Gain: _about,
    AtLeast: _at_least,
    Near: _near,
    Within: _within,
    Ranking: _ranking,
    Monotone: _monotone,
    LargerDifference: _larger_difference,
    LargestShareOfErrors: _largest_share,
}


@dataclass(frozen=True)
class Interval:
    """A claim's slack with its ends, and the probability of data so far beyond its boundary.

    Attributes:
        slack: by how much the claim holds on the means; negative where it does not.
        low, high: the truth lies below low, or above high, with probability alpha at most, each.
        p: the lesser of the two one-sided ones.
    """

    slack: float
    low: float
    high: float
    p: float


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
        best = (max(one.slack for one in found), max(one.low for one in found))
        above = max(one.high for one in found)
        p = min(*(one.p * many for one in found), 1.0)
        ends.append(Interval(*best, above, p))
    least = (min(one.slack for one in ends), min(one.low for one in ends))
    return Interval(*least, min(one.high for one in ends), min(one.p for one in ends))


def _of_system(
    system: System, cells: pd.DataFrame, low: float, high: float, draws: int, seed: int
) -> Interval:
    used = system.used
    if not used.any():
        slack = float(-system.bound.max())
        return Interval(slack, slack, slack, 1.0)
    matrix, own = system.a_matrix[:, used], cells[used]
    variance, n = own["variance"].to_numpy(float), own["n"].to_numpy(float)
    lead = matrix @ own["mean"].to_numpy(float) - system.bound
    error = np.sqrt(matrix**2 @ (variance / n))
    if not (error > 0).all():
        slack = float(lead.min())
        return Interval(slack, -math.inf, math.inf, 1.0)
    if len(lead) == 1 and len(set(own["shared"])) == 1:
        return _by_student(float(lead[0]), float(error[0]), float(own["df"].iloc[0]), low, high)
    return _by_draws(matrix, lead, error, own, (low, high), draws, seed)


def _by_student(lead: float, error: float, df: float, low: float, high: float) -> Interval:
    p = float(t_sf(abs(lead) / error, df))
    ends = lead - float(t_isf(low, df)) * error, lead + float(t_isf(high, df)) * error
    return Interval(lead, *ends, p)


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
    return Interval(float(lead.min()), least, high, min(worst, fails))


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
