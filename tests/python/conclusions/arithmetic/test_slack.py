"""By how much claims hold, with the truth known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import ttest_ind
from worlds import SEED, rows, scores

from tunegrid import SpecError
from tunegrid.conclusions.arithmetic.holds import holds
from tunegrid.conclusions.arithmetic.scores import Scores
from tunegrid.conclusions.arithmetic.slack import average_verdict, slack_interval
from tunegrid.conclusions.arithmetic.systems import claim_slack, claim_system
from tunegrid.conclusions.arithmetic.variance import seed_variance
from tunegrid.study.claims import Claim

A, B, ALL = "half == 'a'", "half == 'b'", "cell >= 0"


def claim(kind, **values):
    """Make a claim of a kind."""
    given_ = {"id": "c", "text": "t", "source": "s", "kind": kind}
    return TypeAdapter(Claim).validate_python(given_ | values)


CLAIMS = [
    claim("mean_greater", group=A, than=B),
    claim("mean_greater", group=A, than=B, measure="loss"),
    claim("every_greater", group="cell == 0", than=B, margin=0.001),
    claim("same", group=A, than=B, margin=0.004),
    claim("gain", group=A, than=B, value=0.003, margin=0.004),
    claim("at_least", group=A, value=0.897),
    claim("near", group="cell in (0, 1)", value=0.9, margin=0.006),
    claim("within", group=B, margin=0.01),
    claim("ranking", among=ALL, first=["cell == 0"]),
    claim("ranking", among=ALL, first=["cell == 0", "cell == 3"]),
    claim("ranking", among=ALL, first=[A]),
    claim("ranking", among=ALL, first=["cell == 2"], measure="loss"),
    claim("monotone", among="cell < 4", by="cell", direction="rises"),
    claim("monotone", among=ALL, by="half", direction="falls"),
    claim("larger_difference", first=["cell == 0", "cell == 1"], second=["cell == 2", "cell == 3"]),
]


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.kind)
def test_a_claim_holds_where_its_slack_is_positive(one):
    """A thousand worlds: the inequalities say what the claim says."""
    truth = 0.9 + 0.005 * np.random.default_rng(1).standard_normal((1000, 8))
    places = claim_system(one, rows(8))
    said = holds(one, Scores(rows(8), truth))
    assert ((claim_slack(places, truth) > 0) == said).all()
    assert 0 < said.mean() < 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [("every_greater", {"group": "cell > 1", "than": "cell < 4000"}),
     ("within", {"group": "cell > 1", "margin": 0.1}),
     ("ranking", {"among": "cell > 1", "first": ["cell > 3"]}),
     ("at_least", {"group": "cell > 1", "value": 0.5})],
)  # fmt: skip
def test_a_claim_on_thousands_of_configurations_is_refused_before_it_fills_the_memory(kind, more):
    with pytest.raises(SpecError, match="The claim c compares"):
        claim_system(claim(kind, **more), [{"cell": number} for number in range(8000)])


def test_confusions_and_what_no_run_can_test_are_no_inequalities():
    """They are judged otherwise, or not."""
    assert claim_system(claim("other_confusions", group=A, than=B, pairs=3), rows(8)) is None
    assert claim_system(claim("untestable", why="it is so"), rows(8)) is None


@given(st.integers(2, 9), st.integers(0, 1000))
def test_one_inequality_is_student_s(n, seed):
    """The interval of scipy's t-test for two cells of one variance."""
    frame = scores(np.random.default_rng(seed), np.array([0.9, 0.89]), n)
    one, other = (frame.loc[frame["cell"].eq(cell), "level"] for cell in (0, 1))
    pooled = (one.var() + other.var()) / 2
    cells = seed_variance(frame).assign(variance=pooled, df=2 * n - 2, shared="both")
    found = slack_interval(claim_system(CLAIMS[0], rows(2)), cells, 0.05)
    ends = ttest_ind(one, other).confidence_interval(0.9)
    assert (found.low, found.high) == (pytest.approx(ends.low, abs=1e-9), pytest.approx(ends.high))


def test_draws_come_near_student_s():
    """The same two cells, their variance drawn."""
    frame = scores(np.random.default_rng(2), np.array([0.9, 0.89, 0.5]), 6)
    cells = seed_variance(frame).assign(variance=SEED**2, df=20.0, shared="all")
    one = claim_system(CLAIMS[0], rows(2))
    exact = slack_interval(one, cells.iloc[:2], 0.05)
    twice = [[type(one[0][0])(np.repeat(one[0][0].a_matrix, 2, 0), np.zeros(2))]]
    drawn = slack_interval(twice, cells.iloc[:2], 0.05, draws=100_000)
    width = exact.high - exact.low
    assert drawn.low == pytest.approx(exact.low, abs=0.04 * width)
    assert drawn.high == pytest.approx(exact.high, abs=0.04 * width)


# Truths on the boundary of a claim, where either verdict is wrong.
BOUNDARIES = {
    "equal means": (CLAIMS[0], np.full(20, 0.9)),
    "two tie for the best": (
        claim("ranking", among=ALL, first=["cell == 0"]), np.r_[0.91, 0.91, np.full(18, 0.89)],
    ),
    "all tie": (claim("ranking", among=ALL, first=["cell == 0"]), np.full(20, 0.9)),
    "at the margin": (
        claim("within", group="cell in (0, 1)", margin=0.01), np.r_[0.9, 0.91, np.full(18, 0.9)],
    ),
}  # fmt: skip


def wrong(one, truth, n, sets, rng):
    """Give how often each verdict is given at a boundary."""
    places = claim_system(one, rows(len(truth)))
    found = []
    for _ in range(sets):
        cells = seed_variance(scores(rng, truth, n))
        interval = slack_interval(places, cells, 0.05, draws=2_000)
        found.append(average_verdict(one, interval, 1e-9))
    return found.count("holds") / sets, found.count("fails") / sets


@pytest.mark.parametrize(
    ("n", "sets"),
    [(1, 100), (2, 100), *(pytest.param(n, 400, marks=pytest.mark.long) for n in (1, 2, 3))],
)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_verdict_at_the_boundary_is_rare(boundary, n, sets):
    """Either direction errs in 5 % of studies at most."""
    error = 0.05 + 2 * np.sqrt(0.05 * 0.95 / sets)
    assert max(wrong(*BOUNDARIES[boundary], n, sets, np.random.default_rng(3))) <= error


def test_a_difference_too_small_to_matter_is_a_tie():
    """For claims without a margin of their own; those with one hold or fail."""
    frame = scores(np.random.default_rng(4), np.full(8, 0.9), 60)
    cells = seed_variance(frame)
    interval = slack_interval(claim_system(CLAIMS[0], rows(8)), cells, 0.05)
    assert average_verdict(CLAIMS[0], interval, 0.005) == "tie"
    same = slack_interval(claim_system(CLAIMS[3], rows(8)), cells, 0.05)
    assert average_verdict(CLAIMS[3], same, 0.005) == "holds"


def test_a_ranking_that_places_every_cell_can_hold():
    """The last place has no rivals, and says nothing."""
    order = claim("ranking", among="cell < 2", first=["cell == 0", "cell == 1"])
    cells = seed_variance(scores(np.random.default_rng(7), np.array([0.95, 0.8]), 10))
    found = slack_interval(claim_system(order, rows(2)), cells, 0.05)
    assert average_verdict(order, found, 0.005) == "holds"


def test_p_is_that_of_the_place_which_is_known_least():
    """The first place is plain, the second is not."""
    order = claim("ranking", among=ALL, first=["cell == 0", "cell == 1"])
    truth = np.array([0.95, 0.9, 0.9, 0.9])
    cells = seed_variance(scores(np.random.default_rng(8), truth, 4))
    found = slack_interval(claim_system(order, rows(4)), cells, 0.05)
    assert found.low < 0
    assert found.p > 0.05


def test_runs_that_do_not_differ_decide_nothing():
    """Copies of one run: no end of the slack is known."""
    cells = seed_variance(scores(np.random.default_rng(5), np.full(8, 0.9), 4, sd=0.0))
    found = slack_interval(claim_system(CLAIMS[0], rows(8)), cells, 0.05)
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_the_same_scores_give_the_same_bits():
    """The generator is seeded in the call."""
    cells = seed_variance(scores(np.random.default_rng(6), np.full(8, 0.9), 3))
    places = claim_system(CLAIMS[8], rows(8))
    assert slack_interval(places, cells) == slack_interval(places, cells)
