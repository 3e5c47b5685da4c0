"""What one change does alone: held against the same runs without it, by real runs."""

import pandas as pd
import pytest

from tunegrid import load_study
from tunegrid.conclusions.effects import _explained, single_effects
from tunegrid.conclusions.inputs import read_inputs

CONV = "conv-followup"


@pytest.fixture(scope="module")
def effects(kept):
    return single_effects(read_inputs("kh2021", store=kept))


def test_each_change_is_held_against_nothing_changed(effects):
    """With the setting that it stands for, and what the source printed of the unchanged one."""
    cnn = effects[effects["of"].eq("Best-tuned CNN")].set_index("changed")
    assert list(cnn.index) == ["scaling", "orientation", "epochs", "split"]
    assert cnn.loc["epochs", "setting"] == "epochs: 50 to 20"
    assert cnn.loc["split", "setting"] == "split: none to pooled"
    assert cnn["published"].eq(0.9063).all()
    assert (cnn["mean"] - cnn["base"]).equals(cnn["effect"])


def test_the_unchanged_one_has_the_runs_of_the_experiment_that_shares_it(effects, kept):
    """The best-tuned CNN of the comparison is the same configuration, with more seeds."""
    inputs = read_inputs("kh2021", store=kept)
    where = "experiment == 'compare' and model == 'Best-tuned CNN' and dataset == 'fashion_mnist'"
    (cell,) = inputs.base.members(where)
    assert effects["n_base"].iloc[0] == inputs.results["cell"].eq(cell).sum() > 1


def test_an_interval_holds_the_difference_and_every_row_is_said(effects):
    known = effects[effects["low"].notna()]
    assert len(known)
    assert ((known["low"] < known["effect"]) & (known["effect"] < known["high"])).all()
    assert len(effects.attrs["said"]) == len(effects)
    assert effects.attrs["said"][2].startswith("Best-tuned CNN, epochs: 50 to 20 alone: lowers")


def test_the_best_epoch_is_held_against_the_last_over_all_that_was_printed(effects):
    """Of every run, so it can only be higher."""
    (one,) = effects[effects["changed"].eq("epoch")].to_dict("records")
    assert one["setting"] == "epoch: last to best"
    assert one["of"] == "70 printed models"
    assert 0 < one["low"] < one["effect"] < one["high"]


def test_a_study_without_such_an_experiment_or_runs_has_no_effects(tmp_path):
    for study in ("korssjoen2020", "kh2021"):
        assert single_effects(read_inputs(load_study(study), store=tmp_path / "none")) is None


@pytest.mark.parametrize(
    ("low", "gap", "said"),
    [
        (0.01, 0.03, "0.9300, 0.0300 above ours. Ours would be moved there by scaling +0.0200."),
        (0.01, -0.03, "0.8700, 0.0300 below ours. None of these differences alone"),
        (-0.01, 0.03, "None of these differences alone moves ours there by more than chance."),
        (float("nan"), 0.03, "Too few seeds to say which of these differences moves ours there."),
    ],
)
def test_what_explains_the_published_number_is_said(low, gap, said):
    """Only differences that are more than chance, and go there."""
    row = {"changed": "scaling", "effect": 0.02, "low": low, "high": 0.05, "gap": gap}
    assert said in _explained("CNN", pd.DataFrame([row | {"published": 0.9 + gap}]))
