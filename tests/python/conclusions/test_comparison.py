"""Published values and our runs, by a store."""

from pathlib import Path

import pytest

from tunegrid import SpecError, compare_published, import_results

KEPT = Path(__file__).parents[3] / "reports" / "results" / "kh2021"


@pytest.fixture(scope="module")
def compared(kept):
    """The two-layer table, by the settings of now."""
    found = compare_published("kh2021", experiments="two-layer", store=kept)
    return found[found["setting"].ne("first")]


def test_a_row_a_cell_with_its_columns_and_why(compared):
    """What was published, what we have, where one more run would lie."""
    assert len(compared) == 20
    first = compared.iloc[0]
    assert (first["layer1"], first["layerdense"], first["published"]) == (16, 16, 0.9085)
    assert (compared["low"] < compared["mean"]).all()
    assert compared["why"].str.len().gt(10).all()


def test_one_seed_replicates_no_single_cell(once):
    """The word needs two one-sided tests, which one published run cannot pass."""
    compared = compare_published("kh2021", experiments="two-layer", store=once)
    compared = compared[compared["setting"].ne("first")]
    assert not compared["verdict"].str.startswith("replicated").any()
    assert not compared["decidable"].any()
    assert compared["source"].eq("spread").all()


def test_the_declared_shift_is_said_with_its_reason(compared, kept):
    """And that it was declared after the runs: both settings are there."""
    found = compare_published("kh2021", experiments="two-layer", store=kept)
    assert found["setting"].tolist() == ["first"] * 20 + ["now"] * 20
    assert found["fixed"].eq("changed").all()
    said = " ".join(found.attrs["said"])
    assert "Kaggle's csv files" in said
    assert "two-layer as a whole (20 cells)" in said


def test_published_values_alone_are_counted(tmp_path):
    """Though most of our configurations have runs, and nothing beside them."""
    import_results(KEPT.parent / "conv-followup", store=tmp_path)
    found = compare_published("conv-followup", store=tmp_path)
    assert (found["n"].gt(0).sum(), found["published"].notna().sum()) == (6, 2)
    assert found.attrs["said"][0].startswith("2 of 2 published values lie where")


def test_runs_that_depart_are_not_comparable(small_store):
    """Whatever their numbers are."""
    found = compare_published("kh2021", experiments="two-layer", store=small_store)
    depart = found[found["verdict"].eq("not comparable")]
    assert len(depart) == 4
    assert depart["why"].eq("our runs of it depart from the protocol").all()


def test_without_runs_every_cell_says_so(tmp_path):
    """And nothing else is said."""
    found = compare_published("nn-modelling", store=tmp_path)
    assert set(found["verdict"]) <= {"too few runs", "no published value"}
    assert found.attrs["tables"].empty


@pytest.mark.parametrize("score", ["last", "best"])
def test_the_selection_rule_can_be_chosen(kept, score):
    """The best epoch on the test images is another measurement."""
    found = compare_published("kh2021", experiments="two-layer", score=score, store=kept)
    last = compare_published("kh2021", experiments="two-layer", store=kept)
    gap = (found["mean"] - last["mean"]).astype(float)
    assert (gap.eq(0).all(), gap.gt(0).any()) == (score == "last", score == "best")


def test_an_unknown_score_is_answered_with_the_known(tmp_path):
    """In a sentence."""
    with pytest.raises(SpecError, match="no score 'mean': choose from reported, last, best"):
        compare_published("kh2021", score="mean", store=tmp_path)


def test_a_condition_picks_cells(kept):
    """As in every other verb."""
    found = compare_published("kh2021", where="conv_layers == 2 and layer1 == 128", store=kept)
    assert found["layer1"].unique().tolist() == [128]
