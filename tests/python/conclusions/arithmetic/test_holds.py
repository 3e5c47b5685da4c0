"""Whether claims hold, on scores given by configuration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import TypeAdapter

from tunegrid import SpecError, studies
from tunegrid.audit.claims import claim_holds
from tunegrid.audit.evidence import Evidence
from tunegrid.conclusions.arithmetic.holds import holds
from tunegrid.conclusions.arithmetic.scores import Scores
from tunegrid.conclusions.arithmetic.systems import claim_system
from tunegrid.study.claims import Claim

A, B = "model == 'a'", "model == 'b'"
ROWS = [
    {"model": "a", "width": 1},
    {"model": "a", "width": 2},
    {"model": "b", "width": 3},
    {"model": "b", "width": 4},
]


def _claim(kind, **values):
    given = {"id": "one", "text": "so it is", "source": "here", "kind": kind}
    return TypeAdapter(Claim).validate_python(given | values)


def _holds(claim, *values, matrices=None):
    return bool(holds(claim, Scores(ROWS, np.array(values), matrices)))


@pytest.mark.parametrize("cell", [{"model": "a", "width": "wide"}, {"model": "a"}])
@pytest.mark.parametrize("use", [holds, lambda one, scores: claim_system(one, scores.rows)])
def test_what_has_no_order_is_said_in_a_sentence(cell, use):
    """A column can have texts beside numbers, or stand in some rows only."""
    one = _claim("monotone", among=A, by="width", direction="rises")
    with pytest.raises(SpecError, match="have no order by width"):
        use(one, Scores([*ROWS, cell], np.zeros(5)))


@pytest.mark.parametrize(
    ("claim", "true", "false"),
    [
        (_claim("mean_greater", group=A, than=B), (0.9, 0.7, 0.8, 0.7), (0.8, 0.7, 0.8, 0.7)),
        (_claim("every_greater", group=A, than=B), (0.9, 0.8, 0.7, 0.6), (0.9, 0.7, 0.8, 0.6)),
        (_claim("every_greater", group=A, than=B, margin=0.1), (0.9, 0.9, 0.7, 0.6),
         (0.9, 0.9, 0.8, 0.6)),
        (_claim("same", group=A, than=B, margin=0.1), (0.9, 0.7, 0.8, 0.6), (0.9, 0.9, 0.7, 0.7)),
        (_claim("gain", group=A, than=B, value=0.1, margin=0.01), (0.9, 0.9, 0.8, 0.8),
         (0.9, 0.9, 0.85, 0.85)),
        (_claim("at_least", group=A, value=0.8), (0.8, 0.9, 0, 0), (0.79, 0.99, 0, 0)),
        (_claim("near", group=A, value=0.8, margin=0.1), (0.7, 0.9, 0, 0), (0.8, 0.91, 0, 0)),
        (_claim("within", group=A, margin=0.1), (0.9, 0.8, 0, 0), (0.9, 0.79, 0, 0)),
        (_claim("ranking", among="width > 0", first=["width == 3", A]), (0.8, 0.1, 0.9, 0.7),
         (0.6, 0.1, 0.9, 0.7)),
        (_claim("monotone", among="width > 1", by="width", direction="rises"), (1, 0.1, 0.2, 0.3),
         (1, 0.1, 0.3, 0.3)),
        (_claim("monotone", among="width > 1", by="width", direction="falls"), (0, 0.3, 0.2, 0.1),
         (0, 0.3, 0.1, 0.2)),
        (_claim("larger_difference", first=["width == 1", "width == 2"],
                second=["width == 3", "width == 4"]), (0.9, 0.7, 0.9, 0.8), (0.9, 0.8, 0.9, 0.7)),
    ],
    ids=lambda value: getattr(value, "kind", None),
)  # fmt: skip
def test_a_claim_holds_or_does_not(claim, true, false):
    """As its kind says."""
    assert _holds(claim, *true)
    assert not _holds(claim, *false)


def test_a_place_can_be_shared():
    """Two equal best ones: either is the best."""
    for width in (1, 2):
        claim = _claim("ranking", among="width > 0", first=[f"width == {width}"])
        assert _holds(claim, 0.9, 0.9, 0.8, 0.7)


def test_the_best_loss_is_the_lowest():
    """Not the highest."""
    claim = _claim("ranking", among="width > 0", first=["width == 1"], measure="loss")
    assert _holds(claim, 0.1, 0.2, 0.3, 0.4)
    assert not _holds(claim, 0.5, 0.2, 0.3, 0.4)


def test_a_level_counts_with_its_mean():
    """However its configurations are ordered."""
    claim = _claim("monotone", among="width > 0", by="model", direction="rises")
    assert _holds(claim, 0.1, 0.4, 0.4, 0.3)
    assert _holds(claim, 0.4, 0.1, 0.3, 0.4)


def test_confusions_that_are_not_there_are_not_shared():
    """Two matrices with fewer than are asked for."""
    claim = _claim("other_confusions", group=A, than=B, pairs=5)
    matrices = _matrices(a=[(0, 6, 9)], b=[(4, 9, 7)])
    assert _holds(claim, 0, 0, 0, 0, matrices=matrices)


def _matrices(**errors):
    """Make one 10 by 10 matrix a configuration, right but for the errors of a and of b."""
    found = np.tile(np.eye(10, dtype=int) * 100, (len(ROWS), 1, 1))
    for position, row in enumerate(ROWS):
        for true, predicted, count in errors.get(row["model"], ()):
            found[position, true, predicted] = count
    return found


def test_errors_are_counted_by_their_true_class():
    """More than half of them."""
    claim = _claim("largest_share_of_errors", group=A, classes=[0, 2])
    assert _holds(claim, 0, 0, 0, 0, matrices=_matrices(a=[(0, 1, 6), (2, 3, 5), (4, 0, 10)]))
    assert not _holds(claim, 0, 0, 0, 0, matrices=_matrices(a=[(0, 1, 5), (2, 3, 5), (4, 0, 10)]))


def test_confusions_are_other_ones_when_none_is_shared():
    """Among so many of the most frequent, as true and predicted class."""
    claim = _claim("other_confusions", group=A, than=B, pairs=2)
    own = [(0, 6, 9), (6, 0, 8), (1, 2, 1)]
    assert _holds(claim, 0, 0, 0, 0, matrices=_matrices(a=own, b=[(4, 9, 7), (3, 5, 6)]))
    assert not _holds(claim, 0, 0, 0, 0, matrices=_matrices(a=own, b=[(4, 9, 7), (6, 0, 6)]))


CLAIMS = [
    _claim("mean_greater", group=A, than=B),
    _claim("within", group=A, margin=0.2),
    _claim("ranking", among="width > 0", first=[A, B]),
    _claim("monotone", among="width > 0", by="width", direction="rises"),
]


@given(arrays(float, (7, 4), elements=st.floats(0, 1)), st.sampled_from(CLAIMS))
def test_many_replays_are_decided_as_one_by_one(values, claim):
    """Shape (replays, configurations) gives one answer a replay."""
    at_once = holds(claim, Scores(ROWS, values))
    assert at_once.tolist() == [bool(holds(claim, Scores(ROWS, row))) for row in values]


def test_every_claim_of_the_shipped_studies_holds_on_their_own_numbers():
    """Where these can tell at all."""
    found = {
        claim.id: claim_holds(Evidence(study), claim)
        for study in studies()
        for claim in study.claims
    }
    assert False not in found.values()
    assert sum(value is True for value in found.values()) == 20
