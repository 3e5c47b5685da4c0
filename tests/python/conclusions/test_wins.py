"""Who would win in studies run again in the computer, by real runs."""

from pathlib import Path

import pytest

from tunegrid import import_results
from tunegrid.conclusions.inputs import read_inputs
from tunegrid.conclusions.wins import replay_wins

KEPT = Path(__file__).parents[3] / "reports" / "results" / "kh2021"


@pytest.fixture(scope="module")
def wins(kept):
    return replay_wins(read_inputs("kh2021", store=kept))


def test_one_of_the_rivals_of_the_largest_ranking_wins_each_study(wins):
    """The 65 of "the best of all", those of other experiments are none."""
    assert len(wins) == 65
    assert set(wins["experiment"]) == {"one-layer", "two-layer", "three-layer"}
    assert wins["wins"].sum() == pytest.approx(1)
    assert wins["wins"].is_monotonic_decreasing


def test_the_best_of_the_source_is_marked_and_said(wins):
    (best,) = wins[wins["published_best"]].to_dict("records")
    assert (best["layer1"], best["layer2"], best["layerdense"]) == (64, 64, 128)
    assert "has as the best of these (0.9105) would be on top in" in wins.attrs["said"][1]


def test_the_same_store_gives_the_same_winners(wins, kept):
    again = replay_wins(read_inputs("kh2021", store=kept))
    assert again.equals(wins)


def test_without_a_ranking_claim_rivals_are_those_that_the_source_printed(tmp_path):
    """Not those of an experiment of ours."""
    import_results(KEPT.parent / "conv-followup", store=tmp_path)
    found = replay_wins(read_inputs("conv-followup", store=tmp_path))
    assert set(found["experiment"]) == {"models"}
    assert found["published"].notna().all()


def test_who_has_not_run_is_no_rival(kept):
    """Though the others say how far its seeds would lie apart."""
    found = replay_wins(read_inputs("kh2021", where="layer1 == 16", store=kept))
    assert found["n"].ge(1).all()
    assert found["wins"].max() < 1
    assert found.attrs["rivals"] == 65
    assert f"each of {len(found)} of 65 configurations" in found.attrs["said"][0]


def test_nobody_wins_where_nobody_ran(tmp_path):
    assert replay_wins(read_inputs("kh2021", store=tmp_path / "none")) is None
