"""A stored run trained again is what is stored, or it is said how far it is from it."""

import shutil
import sqlite3

import pytest

from tunegrid import StoreError, read_results, repeat_run
from tunegrid.store.database import FILE


@pytest.fixture
def key(small_store):
    return read_results("kh2021", any=True, store=small_store)["key"].iloc[0]


@pytest.fixture
def copied(small_store, tmp_path):
    """A store of the test's own."""
    return shutil.copytree(small_store, tmp_path / "copied")


def test_on_the_same_processor_it_is_the_same_to_the_last_bit(small_store, key):
    table = repeat_run(key[:10], store=small_store)
    assert table.attrs["same"]
    assert table.attrs["images"] == 0
    assert table["difference"].eq(0).all()
    assert "the same to the last bit" in table.attrs["said"][0]


def test_what_is_stored_otherwise_is_found(copied, key):
    with sqlite3.connect(copied / FILE) as store:
        store.execute("UPDATE epoch SET val_accuracy = 0.5 WHERE run = ? AND epoch = 2", (key,))
    table = repeat_run(key, store=copied)
    assert not table.attrs["same"]
    assert table.loc[1, "val_accuracy"] == 0.5
    assert "please say so in an issue" in table.attrs["said"][0]


def test_of_another_processor_it_is_said_that_sums_are_rounded_otherwise(copied, key):
    with sqlite3.connect(copied / FILE) as store:
        store.execute("UPDATE epoch SET val_accuracy = 0.5 WHERE run = ? AND epoch = 2", (key,))
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute('UPDATE environment SET description = \'{"processor": "another"}\'')
    said = repeat_run(key, store=copied).attrs["said"][0]
    assert "on another processor" in said


def test_the_command_says_it_and_its_exit_code_too(small_store, key, tune_grid):
    done = tune_grid("repeat", key[:12], "--store", small_store)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("| epoch|")
    assert "the same to the last bit" in done.stderr


def test_a_run_that_is_not_there_cannot_be_repeated(small_store):
    with pytest.raises(StoreError, match="no run"):
        repeat_run("ffffffff", store=small_store)
