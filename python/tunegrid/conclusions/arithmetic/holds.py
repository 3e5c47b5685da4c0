"""Whether a claim holds, for scores given by configuration: arithmetic on arrays."""

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

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
    OtherConfusions,
    Ranking,
    Same,
    Within,
)
from .scores import TINY, Scores


def holds(claim: Claim, scores: Scores) -> np.ndarray:
    """Say whether a claim holds.

    Args:
        claim: any but an `untestable` one.
        scores: of at least one configuration for each condition that the claim names.

    Returns:
        Booleans of shape (...): one for each replay of the scores, or a single one.
    """
    return _TESTS[type(claim)](claim, scores)


def _mean_greater(claim: MeanGreater, scores: Scores) -> np.ndarray:
    return scores.mean(claim.group) - scores.mean(claim.than) > TINY


def _every_greater(claim: EveryGreater, scores: Scores) -> np.ndarray:
    lead = scores.of(claim.group).min(axis=-1) - scores.of(claim.than).max(axis=-1)
    return lead > claim.margin + TINY


def _same(claim: Same, scores: Scores) -> np.ndarray:
    return abs(scores.mean(claim.group) - scores.mean(claim.than)) <= claim.margin + TINY


def _gain(claim: Gain, scores: Scores) -> np.ndarray:
    gain = scores.mean(claim.group) - scores.mean(claim.than)
    return abs(gain - claim.value) <= claim.margin + TINY


def _at_least(claim: AtLeast, scores: Scores) -> np.ndarray:
    return (scores.of(claim.group) >= claim.value).all(axis=-1)


def _near(claim: Near, scores: Scores) -> np.ndarray:
    return (abs(scores.of(claim.group) - claim.value) <= claim.margin + TINY).all(axis=-1)


def _within(claim: Within, scores: Scores) -> np.ndarray:
    values = scores.of(claim.group)
    return values.max(axis=-1) - values.min(axis=-1) <= claim.margin + TINY


def _ranking(claim: Ranking, scores: Scores) -> np.ndarray:
    """A place that several share is taken by any of them; of losses the lowest is the best."""
    values = -scores.values if claim.measure == "loss" else scores.values
    left = scores.members(claim.among)
    found = np.ones(scores.values.shape[:-1], bool)
    for where in claim.first:
        named = [position for position in left if position in scores.members(where)]
        if not named:
            return np.zeros_like(found)
        left = [position for position in left if position not in named]
        if left:
            found &= _greatest(values, named) >= _greatest(values, left)
    return found


def _greatest(values: np.ndarray, cells: Sequence[int]) -> np.ndarray:
    """Give the greatest of some cells, one cell after the other: replays lie cell by cell."""
    return functools.reduce(np.maximum, (values[..., cell] for cell in cells))


def _monotone(claim: Monotone, scores: Scores) -> np.ndarray:
    """Configurations of the same level count with their mean."""
    levels = scores.levels(claim.among, claim.by)
    means = [scores.values[..., level].mean(axis=-1) for level in levels]
    steps = np.diff(np.stack(means, axis=-1), axis=-1)
    return (steps > 0 if claim.direction == "rises" else steps < 0).all(axis=-1)


def _larger_difference(claim: LargerDifference, scores: Scores) -> np.ndarray:
    first, second = (
        scores.mean(one) - scores.mean(other) for one, other in (claim.first, claim.second)
    )
    return first - second > TINY


def _largest_share_of_errors(claim: LargestShareOfErrors, scores: Scores) -> np.ndarray:
    errors = _errors(scores.matrix(claim.group)).sum(axis=-1)
    return errors[..., list(claim.classes)].sum(axis=-1) > errors.sum(axis=-1) / 2


def _other_confusions(claim: OtherConfusions, scores: Scores) -> np.ndarray:
    tops = [_top(scores.matrix(where), claim.pairs) for where in (claim.group, claim.than)]
    tops[0] = np.where(tops[0] < 0, tops[0] - 1, tops[0])  # none of one is not none of the other
    return ~(tops[0][..., :, None] == tops[1][..., None, :]).any(axis=(-2, -1))


def _errors(matrix: np.ndarray) -> np.ndarray:
    return matrix * ~np.eye(matrix.shape[-1], dtype=bool)


def _top(matrix: np.ndarray, pairs: int) -> np.ndarray:
    """Give the most frequent confusions, as true class times classes plus predicted class.

    Where there are fewer, the rest is -1.
    """
    flat = _errors(matrix).reshape(*matrix.shape[:-2], -1)
    order = np.argsort(-flat, axis=-1, kind="stable")[..., :pairs]
    return np.where(np.take_along_axis(flat, order, axis=-1) > 0, order, -1)


_TESTS: Mapping[type, Callable[[Claim, Scores], np.ndarray]] = {
    MeanGreater: _mean_greater,
    EveryGreater: _every_greater,
    Same: _same,
    Gain: _gain,
    AtLeast: _at_least,
    Near: _near,
    Within: _within,
    Ranking: _ranking,
    Monotone: _monotone,
    LargerDifference: _larger_difference,
    LargestShareOfErrors: _largest_share_of_errors,
    OtherConfusions: _other_confusions,
}
