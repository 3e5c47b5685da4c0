"""A store is held against itself."""

import json
import shutil
import sqlite3

import pytest

from tunegrid import SpecError, StoreError, verify_store
from tunegrid.store import owner
from tunegrid.store.database import FILE
from tunegrid.store.upkeep.findings import CHECKS
from tunegrid.store.weights import weights_file

# What somebody, or a disk, could do to a store; and which check must notice.
HARM = {
    "a loss of the last epoch that is another": ("predictions", "wrong", (
        "UPDATE prediction SET loss = 77.0 WHERE run = :key AND after = 'last'"
    )),
    "an accuracy above one": ("epochs", "wrong", (
        "UPDATE epoch SET accuracy = 7.0 WHERE run = :key"
    )),
    "a run that took less than no time": ("epochs", "wrong", (
        "UPDATE run SET seconds = -5.0 WHERE key = :key"
    )),
    "a run without parameters": ("epochs", "wrong", (
        "UPDATE run SET parameters = NULL WHERE key = :key"
    )),
    "a spec that is no text": ("keys", "wrong", (
        "UPDATE run SET spec = CAST(spec AS BLOB) WHERE key = :key"
    )),
    "a configuration that is no object": ("plans", "wrong", (
        "UPDATE plan SET configuration = '[1]' WHERE run = :key"
    )),
    "a planned run that is missing": ("runs", "incomplete", (
        "UPDATE run SET outcome = NULL, seconds = NULL, weights_sha256 = NULL, "
        "weights_kept = NULL WHERE key = :key"
    )),
    "a run that was done twice": ("runs", "wrong", (
        "INSERT INTO attempt (run, host, driver, started, ended, outcome) VALUES (:key, "
        "'h', 'd', 'then', 'then', 'done')"
    )),
    "a spec that was changed": ("keys", "wrong", (
        "UPDATE run SET spec = replace(spec, '\"epochs\":2', '\"epochs\":20') WHERE key = "
        ":key"
    )),
    "a spec that is no JSON": ("keys", "wrong", (
        "UPDATE run SET spec = '{' WHERE key = :key"
    )),
    "a departure that is not marked": ("plans", "wrong", (
        "UPDATE plan SET departures = '{}' WHERE run = :key"
    )),
    "a run under another configuration": ("plans", "wrong", (
        "UPDATE plan SET configuration = replace(configuration, '16', '64') WHERE run = "
        ":key"
    )),
    "another replicate": ("plans", "wrong", (
        "UPDATE plan SET replicate = 7 WHERE run = :key"
    )),
    "an epoch that is gone": ("epochs", "wrong", (
        "DELETE FROM epoch WHERE run = :key AND epoch = 2"
    )),
    "a loss that is no number": ("epochs", "wrong", (
        "UPDATE epoch SET loss = 9e999 WHERE run = :key"
    )),
    "another best epoch": ("epochs", "wrong", (
        "UPDATE run SET best_epoch = 3 - best_epoch WHERE key = :key"
    )),
    "predictions that are gone": ("predictions", "wrong", (
        "DELETE FROM prediction WHERE run = :key"
    )),
    "predictions of half the images": ("predictions", "wrong", (
        "UPDATE prediction SET classes = substr(classes, 1, 5000) WHERE run = :key"
    )),
    "predictions that give another accuracy": ("predictions", "wrong", (
        "UPDATE prediction SET classes = zeroblob(10000) WHERE run = :key AND after = "
        "'last'"
    )),
    "an accuracy that is too good": ("predictions", "wrong", (
        "UPDATE prediction SET accuracy = 0.99 WHERE run = :key"
    )),
    "an environment that was changed": ("environments", "wrong", (
        "UPDATE environment SET description = '{}'"
    )),
    "an attempt that never ended": ("attempts", "wrong", (
        "UPDATE attempt SET ended = NULL WHERE run = :key"
    )),
    "a predicted class that is none": ("predictions", "wrong", (
        "UPDATE prediction SET classes = CAST(x'ff' || substr(classes, 2) AS BLOB) "
        "WHERE run = :key"
    )),
    "a message that is no text": ("runs", "wrong", (
        "UPDATE run SET message = x'00' WHERE key = :key"
    )),
    "a failed run with epochs": ("epochs", "wrong", (
        "UPDATE run SET outcome = 'failed', failure = 'error', seconds = NULL, message = 'm', "
        "weights_sha256 = NULL, weights_kept = NULL WHERE key = :key"
    )),
    "a time that is none": ("attempts", "wrong", (
        "UPDATE attempt SET started = x'00' WHERE run = :key"
    )),
    "a look without its slack's number": ("looks", "wrong", (
        "INSERT INTO look VALUES ('kh2021', 'as-run', 'c', 1, 0.05, 'now', 3, 's', 'holds', "
        "'wide', 0.1, 0.2, 1.0, 1.0)"
    )),
    "a study file that was changed": ("plans", "wrong", (
        "UPDATE study SET definition = replace(definition, '2021', '2022')"
    )),
    "weights of another digest": ("weights", "wrong", (
        "UPDATE run SET weights_sha256 = 'x' WHERE weights_kept = 'best'"
    )),
    "a plan of a run that is not there": ("file", "wrong", (
        "DELETE FROM run WHERE key = :key"
    )),
}  # fmt: skip


@pytest.fixture
def store(small_store, tmp_path):
    """A copy of the small store, to be harmed."""
    return shutil.copytree(small_store, tmp_path / "store")


def harm(store, statement):
    """Change a store behind tunegrid's back; gives the key of the run that it was about."""
    connection = sqlite3.connect(store / FILE)
    (key,) = connection.execute("SELECT max(key) FROM run WHERE weights_kept IS NULL").fetchone()
    connection.execute(statement, {"key": key} if ":key" in statement else {})
    connection.commit()
    connection.close()
    return key


def states(store, **how):
    """Give what verify says, by check."""
    return dict(verify_store(store=store, **how)[["check", "state"]].itertuples(index=False))


def test_a_store_that_was_really_filled_is_whole(small_store):
    """Every check has found right what there is: no claim was looked at."""
    found = verify_store("kh2021", store=small_store)
    assert found["check"].tolist() == list(CHECKS)
    assert found["state"].tolist() == ["ok"] * len(CHECKS)
    assert found["checked"].tolist() == [1, 8, 8, 8, 8, 8, 8, 8, 0, 1]
    assert found.attrs["findings"] == []


@pytest.mark.parametrize("what", HARM)
def test_harm_is_noticed_by_the_check_that_is_for_it(store, what):
    """One change, and the store is not whole any more."""
    check, state, statement = HARM[what]
    key = harm(store, statement)
    assert states(store)[check] == state
    said = [text for text in verify_store(store=store).attrs["findings"] if text.startswith(check)]
    assert said
    if (
        check not in ("file", "weights", "environments", "looks")
        and "study file" not in what
        and state == "wrong"
    ):
        assert key[:12] in said[0]


def test_weights_that_are_gone_or_cut_off_are_noticed(store):
    """A file that a run names is there, whole."""
    (file,) = weights_file(store, "").parent.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert states(store)["weights"] == "wrong"
    file.unlink()
    assert states(store)["weights"] == "wrong"
    file.write_bytes(whole)
    assert states(store)["weights"] == "ok"


def test_what_a_killed_driver_leaves_is_no_fault(store):
    """A file without a row and an attempt without an end take care of themselves."""
    (file,) = weights_file(store, "").parent.iterdir()
    file.with_name(f"{'0' * 64}.weights.h5.12.part").touch()
    key = harm(store, "UPDATE run SET outcome = NULL, seconds = NULL WHERE key = :key")
    harm(store, f"UPDATE attempt SET ended = NULL, outcome = NULL WHERE run = '{key}'")  # noqa: S608
    found = verify_store(store=store).set_index("check")
    assert found.loc["weights", ["state", "found"]].tolist() == ["ok", 1]
    assert found.loc["attempts", ["state", "found"]].tolist() == ["ok", 1]
    assert found.loc["runs", "detail"] == "1 run is missing"


def test_without_the_data_set_it_is_said_what_was_not_computed(store, monkeypatch):
    """Accuracies are computed again from the predictions where the labels are at hand."""
    monkeypatch.setattr("tunegrid.data.sources.DEBIAN_FOLDER", store)
    monkeypatch.setenv("KERAS_HOME", str(store))
    monkeypatch.delenv("TUNEGRID_DATA", raising=False)
    (said,) = verify_store(store=store).attrs["findings"]
    assert said == "predictions: accuracies were not computed again, for want of Fashion-MNIST"


def test_only_one_study_can_be_asked_for(store, tmp_path):
    """Another study's runs are none of its business."""
    harm(store, "UPDATE plan SET study = 'other' WHERE run <> :key")
    with pytest.raises(StoreError, match="has no runs of nn-modelling to verify"):
        verify_store("nn-modelling", store=store)
    assert verify_store("kh2021", store=store).set_index("check").loc["runs", "checked"] == 1
    with pytest.raises(SpecError, match="no study 'nobody'"):
        verify_store("nobody", store=store)


def test_a_store_that_is_not_there_cannot_be_whole(tmp_path):
    """Nothing is proved of nothing."""
    with pytest.raises(StoreError, match="There is no store in"):
        verify_store(store=tmp_path / "none")


def test_a_store_in_use_is_incomplete_and_not_wrong(store, monkeypatch):
    """What is in training is said to be."""
    key = harm(store, "UPDATE run SET outcome = NULL, seconds = NULL WHERE key = :key")
    harm(store, f"UPDATE attempt SET ended = NULL, outcome = NULL WHERE run = '{key}'")  # noqa: S608
    harm(
        store,
        f"INSERT INTO claim SELECT run, id, 'far away', '1 1 x', "  # noqa: S608
        f"strftime('%s') + 60.0 FROM attempt "
        f"WHERE run = '{key}'",
    )
    assert owner.HOST != "far away"
    found = verify_store(store=store).set_index("check")
    assert found.loc["runs", ["state", "detail"]].tolist() == ["incomplete", "1 run is in training"]
    assert found.loc["attempts", "found"] == 0


def test_the_command_prints_json_and_exits_with_1(store, tune_grid):
    """For scripts: an array of objects, and a code."""
    assert tune_grid("verify", "--store", store).returncode == 0
    harm(store, HARM["an epoch that is gone"][2])
    done = tune_grid("verify", "kh2021", "--store", store, "--format", "json")
    assert done.returncode == 1
    found = {row["check"]: row["state"] for row in json.loads(done.stdout)}
    assert found["epochs"] == "wrong"
    assert "has 1 of 2 epochs" in done.stderr
