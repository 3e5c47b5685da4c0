"""Test images by how many runs miss them: counted of what is stored."""

from types import SimpleNamespace

import numpy as np
import pytest

from tunegrid import read_results
from tunegrid.results.misses import _counted, read_misses


@pytest.fixture(scope="module")
def runs(small_store):
    found = read_results("kh2021", any=True, store=small_store)
    return found[found["outcome"].eq("done")]


def test_misses_add_up_to_what_accuracies_lack(runs, small_store):
    found = read_misses(runs["key"], store=small_store)
    lacking = ((1 - runs["test_accuracy"].astype(float)) * len(found)).sum()
    assert found["missed"].sum() == round(lacking)
    assert found.attrs["runs"] == len(runs)


def test_the_class_that_is_given_is_a_wrong_one_or_none(runs, small_store):
    found = read_misses(runs["key"], store=small_store)
    assert found["given"].isna().equals(found["missed"].eq(0))
    wrong = found[found["missed"].gt(0)]
    assert wrong["given"].ne(wrong["label"]).all()


def test_the_class_that_is_given_is_that_of_most_runs_and_the_smaller_of_two():
    data = SimpleNamespace(described=SimpleNamespace(classes=4, name="x"), split=None)
    predicted = np.array([[3, 0, 2, 1], [1, 0, 2, 1], [2, 2, 2, 1], [2, 3, 3, 1], [1, 0, 0, 1]])
    found = _counted(data, np.array([0, 0, 2, 1]), predicted)
    assert found["given"].fillna(-1).tolist() == [1, 2, 0, -1]
    assert found["missed"].tolist() == [5, 2, 2, 0]


def test_what_is_said_has_every_image_once(runs, small_store):
    found = read_misses(runs["key"], store=small_store)
    none, every = found["missed"].eq(0).sum(), found["missed"].eq(len(runs)).sum()
    assert f"no run misses {none}, every run misses {every}" in found.attrs["said"][0]
    assert f"the other {10_000 - none - every}" in found.attrs["said"][0]


def test_without_runs_or_labels_nothing_is_said(runs, small_store, tmp_path, monkeypatch):
    assert read_misses([], store=small_store) is None
    monkeypatch.setattr("tunegrid.results.misses.readable_labels", lambda *_, **__: None)
    assert read_misses(runs["key"], store=small_store) is None
