"""Claims as linear inequalities between expected scores.

Every claim about scores is a conjunction of inequalities A μ > a. Its slack is the least of
A μ - a: by how much it holds, or misses.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import SpecError
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
from .scores import Scores

#: The most inequalities of a claim, and numbers in them, one for each and each configuration.
MOST_INEQUALITIES, MOST_NUMBERS = 20_000, 20_000_000


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

    Raises:
        SpecError: for a claim on more configurations than there is room for.
    """
    writer = _WRITERS.get(type(claim))
    if writer is None:
        return None
    scores = Scores(rows, np.zeros(len(rows)))
    _check_size(claim, scores)
    return writer(claim, scores)


def _check_size(claim: Claim, scores: Scores) -> None:
    """Refuse a claim whose inequalities would fill the memory, before one is written."""
    sizes = [len(scores.members(where)) for where in claim.groups]
    match claim:
        case EveryGreater():
            count = sizes[0] * sizes[1]
        case Within():
            count = sizes[0] ** 2
        case Ranking():
            count = sizes[0] * sum(sizes[1:])
        case _:
            count = 2 * max(sizes)
    if count > MOST_INEQUALITIES or count * len(scores.rows) > MOST_NUMBERS:
        raise SpecError(
            f"The claim {claim.id} compares {count} pairs among {len(scores.rows)} configurations, "
            f"which is too much: name fewer configurations."
        )


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
        if named and not others and places:
            break  # nobody is left to be beaten: this place says nothing
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
    means = []
    for level in scores.levels(claim.among, claim.by):
        row = _zeros(scores)
        row[level] = 1 / len(level)
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
