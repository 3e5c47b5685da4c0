"""Seeds spent where they decide, and looks that share their error, with the truth known."""

import numpy as np
import pytest
from test_slack import claim
from worlds import rows, scores

from tunegrid.conclusions.arithmetic.slack import average_verdict, slack_interval
from tunegrid.conclusions.arithmetic.systems import claim_system
from tunegrid.conclusions.arithmetic.variance import seed_variance
from tunegrid.conclusions.looks import look_alpha
from tunegrid.conclusions.seed_planner import allocate

PAIR = claim("mean_greater", group="cell == 0", than="cell == 1")


def judged(one, frame, count, alpha):
    """Give the verdict on a claim about so many cells."""
    cells = seed_variance(frame)
    interval = slack_interval(claim_system(one, rows(count)), cells, alpha, draws=2_000)
    return average_verdict(one, interval, 1e-9)


def more(rng, frame, truth, counts):
    """Add runs up to a number for each cell."""
    import pandas as pd

    have = frame.groupby("cell").size().reindex(range(len(truth)), fill_value=0).to_numpy()
    return pd.concat([frame, scores(rng, truth, counts - have)], ignore_index=True)


def spent_until_decided(rng, costs, *, by_gain):
    """Train two cells until the better one is known; give the seconds."""
    truth, row, counts = np.array([0.906, 0.9]), np.array([1.0, -1.0]), np.full(2, 6)
    frame = scores(rng, truth, counts)
    while judged(PAIR, frame, 2, 0.01) != "holds":
        new = allocate(row, np.ones(2), counts, costs, costs.sum()) if by_gain else counts + 1
        frame, counts = more(rng, frame, truth, new), new
    return (costs * counts).sum()


def test_runs_that_are_cheap_for_what_they_tell_come_first():
    """A cell that costs 30 times another: at most 0.8 of what equal rounds take, on average."""
    rng, costs = np.random.default_rng(1), np.array([1.0, 30.0])
    spent = {
        by_gain: np.mean([spent_until_decided(rng, costs, by_gain=by_gain) for _ in range(40)])
        for by_gain in (True, False)
    }
    assert spent[True] <= 0.8 * spent[False]


def test_a_budget_is_not_exceeded_and_ties_go_by_position():
    """The same numbers, the same plan."""
    row, ones = np.array([1.0, -1.0, 0.0]), np.ones(3)
    counts = allocate(row, ones, np.array([1, 1, 1]), ones, 3.0)
    assert counts.tolist() == [3, 2, 1]
    assert counts.tolist() == allocate(row, ones, np.array([1, 1, 1]), ones, 3.0).tolist()


def test_what_is_too_dear_leaves_room_for_what_fits():
    """The run that would tell most costs more than there is."""
    row, seconds = np.array([1.0, -1.0]), np.array([1.0, 30.0])
    counts = allocate(row, np.array([1e-6, 1e-3]), np.array([2, 2]), seconds, 5.0)
    assert counts.tolist() == [7, 2]


def test_a_look_of_any_number_has_some_alpha():
    """A store can say that there was one of any number."""
    assert 0 < look_alpha(2**53, 0.05) < look_alpha(400, 0.05) < 1e-100


def test_runs_that_take_no_time_are_counted_to_an_end(monkeypatch):
    """Of 1e-300 seconds, as a store can have it, an hour has more than anybody counts."""
    monkeypatch.setattr("tunegrid.conclusions.seed_planner._MOST_SEEDS", 1000)
    counts = allocate(
        np.array([1.0, -1.0]), np.ones(2), np.array([2, 2]), np.full(2, 1e-300), 3600.0
    )
    assert counts.sum() == 1004


def erring(rng, looks):
    """Look at two equal cells after each few runs; give the first verdict, if one comes."""
    truth, counts = np.full(2, 0.9), np.full(2, 6)
    frame = scores(rng, truth, counts, skewed=True)
    for look in range(1, looks + 1):
        found = judged(PAIR, frame, 2, look_alpha(look, 0.05))
        if found in ("holds", "fails"):
            return found
        row, seconds = np.array([1.0, -1.0]), np.array([1.0, 3.0])
        counts = allocate(row, np.ones(2), counts, seconds, 16.0)
        frame = more(rng, frame, truth, counts)
    return ""


@pytest.mark.long
@pytest.mark.parametrize("looks", [5, 8])
def test_looking_again_errs_no_more_often(looks):
    """200 studies with the truth on the boundary; each direction 0.05 and twice its error."""
    rng = np.random.default_rng(2)
    found = [erring(rng, looks) for _ in range(200)]
    assert found.count("holds") / 200 <= 0.05 + 0.031
    assert found.count("fails") / 200 <= 0.05 + 0.031
