"""Studies run again in the computer, with the truth known."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import norm
from test_slack import ALL, CLAIMS, claim
from worlds import SEED, rows, scores

from tunegrid.conclusions.arithmetic.holds import holds
from tunegrid.conclusions.arithmetic.replay import (
    again_verdict,
    fresh_studies,
    rank_cells,
    replay_share,
    world_of,
)
from tunegrid.conclusions.arithmetic.scores import Scores
from tunegrid.conclusions.arithmetic.slack import slack_interval
from tunegrid.conclusions.arithmetic.systems import claim_system, single_line
from tunegrid.conclusions.arithmetic.variance import seed_variance

BEST = claim("ranking", among=ALL, first=["cell == 0"])


def share(frame, one, **how):
    """Give the share of fresh studies in which a claim holds."""
    base = Scores(rows(frame["cell"].nunique()), np.zeros(frame["cell"].nunique()))
    return replay_share(lambda values: holds(one, base.with_values(values)), world_of(frame), **how)


def test_known_means_give_the_share_in_closed_form():
    """Two cells: Φ((μ₁ - μ₂) / (σ √2))."""
    frame = scores(np.random.default_rng(1), np.array([0.905, 0.9]), 4000)
    expected = norm.cdf(0.005 / (SEED * np.sqrt(2)))
    assert share(frame, CLAIMS[0], replays=4000, draws=50).share == pytest.approx(
        expected, abs=0.02
    )


TRUTHS = {
    "pair": (CLAIMS[0], np.array([0.905, 0.9])),
    "within": (claim("within", group=ALL, margin=0.025), 0.9 + 0.005 * np.linspace(-1.5, 1.5, 12)),
    "best": (BEST, np.r_[0.92, np.full(11, 0.9)]),
    "means": (CLAIMS[0], np.r_[np.full(6, 0.902), np.full(6, 0.9)]),
}


def true_share(one, truth):
    """Give the share of studies in which a claim holds, from the truth itself."""
    fresh = truth + SEED * np.random.default_rng(2).standard_normal((20_000, len(truth)))
    return holds(one, Scores(rows(len(truth)), fresh)).mean()


@pytest.mark.parametrize("sets", [20, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", TRUTHS)
def test_the_interval_of_a_share_covers_it(name, sets):
    """90 % intervals, two runs a cell and the variance known well enough."""
    one, truth = TRUTHS[name]
    rng, true = np.random.default_rng(3), true_share(one, truth)
    free = [0] if one is BEST else []
    inside, wrong = [], []
    for _ in range(sets):
        frame = scores(rng, truth, 2)
        world = world_of(frame.assign(group="all"))
        known = world.levels.assign(variance=SEED**2, df=40.0, source="pooled", shared="all")
        world = dataclasses.replace(world, levels=known, lasts=known)
        base = Scores(rows(len(truth)), np.zeros(len(truth)))
        found = replay_share(
            lambda values, base=base: holds(one, base.with_values(values)),
            world, free=free, draws=300, replays=200,
        )  # fmt: skip
        inside.append(found.low <= true <= found.high)
        said = again_verdict(found, "pooled", (0.05, 0.95))
        wrong.append((said == "holds" and true < 0.95) or (said == "fails" and true > 0.05))
    assert np.mean(inside) >= 0.80 - 2 * np.sqrt(0.8 * 0.2 / sets)
    assert np.mean(wrong) <= 0.06


def test_a_single_inequality_is_the_same_by_its_line():
    """Which is quicker, and gives the same share."""
    frame = scores(np.random.default_rng(9), np.linspace(0.89, 0.91, 12), 2)
    line = single_line(claim_system(CLAIMS[0], rows(12)))
    one, other = share(frame, CLAIMS[0], draws=100), share(frame, CLAIMS[0], draws=100, line=line)
    assert one.share == pytest.approx(other.share, abs=1e-4)
    assert one.low == pytest.approx(other.low, abs=0.01)


def test_nothing_is_judged_by_the_spread_alone():
    """At one run each the share is shown, and no more."""
    found = share(scores(np.random.default_rng(4), np.full(20, 0.9), 1), CLAIMS[0])
    assert again_verdict(found, "spread", (0.05, 0.95)) == "undecided"
    assert again_verdict(found, "pooled", (0.05, 0.95)) == "depends on the seed"


@pytest.mark.parametrize("spread", [0.0, 0.7 * SEED])
def test_the_true_best_is_in_the_set_of_the_best(spread):
    """It is left out in 5 % of studies at most."""
    rng, missed = np.random.default_rng(5), 0
    for _ in range(60):
        truth = 0.9 + spread * rng.standard_normal(20)
        cells = seed_variance(scores(rng, truth, 2))
        best = claim("ranking", among=ALL, first=[f"cell == {truth.argmax()}"])
        found = slack_interval(claim_system(best, rows(20)), cells, 0.05, draws=2_000)
        missed += found.high < 0
    assert missed / 60 <= 0.07 + 0.05


def test_the_winner_of_many_looks_better_than_it_is():
    """The best of 20 equal cells, by its own number."""
    world = world_of(scores(np.random.default_rng(6), np.full(20, 0.9), 3))
    found = rank_cells(world, [True] * 20, draws=4_000)
    assert found["p_wins"].sum() == pytest.approx(1)
    assert found["p_best"].sum() == pytest.approx(1)
    assert (found["p_wins"] * found["optimism"].fillna(0)).sum() == pytest.approx(0.0125, abs=0.004)


def test_fresh_studies_are_quick():
    """10 000 replays of 65 cells: shape and spread; how long it takes is for benchmarks."""
    world = world_of(scores(np.random.default_rng(7), np.full(65, 0.9), 2))
    fresh = fresh_studies(world)
    assert fresh.shape == (10_000, 65)
    assert fresh.std(axis=0).mean() == pytest.approx(SEED * np.sqrt(1.5), rel=0.15)


def test_the_same_scores_give_the_same_bits():
    """The generator is seeded in the call."""
    frame = scores(np.random.default_rng(8), np.full(12, 0.9), 2)
    assert share(frame, BEST, draws=50) == share(frame, BEST, draws=50)
