"""Which configuration is the best, and what the choice of the epoch does, by a store."""

import pytest

from tunegrid import SpecError, rank_configurations
from tunegrid.conclusions.selection_rules import compare_rules


def test_one_seed_each_leaves_most_in_the_set_of_the_best(kept):
    """The size of the set is the answer; probabilities describe."""
    found = rank_configurations("kh2021", experiments="two-layer", store=kept)
    assert len(found) == 20
    assert found["mean"].is_monotonic_decreasing
    assert found["in_set"].sum() > 10
    assert found["p_best"].sum() == pytest.approx(1)
    assert "of 20 configurations can be the best" in found.attrs["said"][0]
    assert "fresh studies of this kind would give" in found.attrs["said"][-1]


def test_what_has_no_rival_cannot_be_ranked(tmp_path):
    """In a sentence."""
    with pytest.raises(SpecError, match="Fewer than two configurations"):
        rank_configurations("kh2021", store=tmp_path)


def test_the_best_epoch_lies_above_the_last(kept):
    """On the test images it must; how far is what the rule is worth."""
    found = compare_rules("kh2021", store=kept).set_index(["experiment", "rule"])
    assert found.loc[("two-layer", "last"), "gain"] == 0
    best = found.loc[("two-layer", "best")]
    assert best["gain"] > 0.003
    assert best["p_value"] < 0.01
    assert ("two-layer", "held-out") not in found.index
