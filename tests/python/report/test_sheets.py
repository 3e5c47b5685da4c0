"""The tables of an export, made of what is computed once."""

import pandas as pd
import pytest

from tunegrid import load_study
from tunegrid.report import frames as computed
from tunegrid.report.figures import figures
from tunegrid.report.sheets import frames_of, sheets

#: Claims of which none could be judged.
NONE = pd.DataFrame({name: [] for name in ("setting", "slack")})
NONE.attrs["said"] = []


@pytest.fixture(scope="module")
def made(kept):
    study = load_study("kh2021")
    found = frames_of(study, list(study.experiments), kept)
    return {one.name: one for one in sheets(study, found)}


def test_the_default_protocol_comes_first(made):
    results = [name for name in made if name.startswith("results-")]
    assert results[0] == "results-as-run.csv"


def test_an_effect_stands_with_its_sentence(made):
    """And with how far the changes explain what was published."""
    table = made["effects-as-run.csv"].frame
    assert table["sentence"].str.contains("alone").all()
    assert table["against_published"].str.contains("published is").all()


def test_who_would_win_is_there_for_all_rivals(made):
    assert len(made["wins-as-run.csv"].frame) == 65
    assert "who would be on top" in made["wins-as-run.csv"].meaning


def test_what_needs_labels_is_there_with_them_and_holds_numbers_alone(made, fashion_mnist):
    """No image of a data set leaves the machine: their places do."""
    images, matrix = made["images-as-run.csv"], made["confusion-as-run.csv"]
    assert list(images.frame) == ["image", "label", "given", "missed", "share"]
    assert images.frame["missed"].is_monotonic_decreasing
    assert "every run misses" in images.meaning
    assert matrix.frame.drop(columns="class").to_numpy().sum() == len(fashion_mnist.y_test)


def test_without_labels_the_other_tables_are_there(kept, monkeypatch):
    for place in ("published", "misses"):
        monkeypatch.setattr(f"tunegrid.results.{place}.readable_labels", lambda *_, **__: None)
    study = load_study("kh2021")
    found = frames_of(study, list(study.experiments), kept)
    names = {one.name for one in sheets(study, found[:1])}
    assert {"wins-as-run.csv", "effects-as-run.csv"} < names
    assert not {"images-as-run.csv", "confusion-as-run.csv"} & names


def test_tables_and_figures_judge_once(kept, monkeypatch):
    """What a claim's verdict takes is computed for both."""
    calls = []
    monkeypatch.setattr(computed, "check_inputs", lambda inputs: calls.append(inputs) or NONE)
    study = load_study("kh2021")
    found = frames_of(study, ["one-layer"], kept)[:1]
    list(sheets(study, found))
    list(figures(found))
    assert len(calls) == 1
