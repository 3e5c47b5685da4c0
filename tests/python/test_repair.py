"""What is not whole in a store is taken out, and trained again."""

import os
import shutil

import pytest
from test_verify import HARM, harm, states

from tunegrid import StoreError, read_results, repair_store, run_grid
from tunegrid.database import FILE
from tunegrid.store import Store
from tunegrid.weights import weights_file

SMALL = {"experiments": "two-layer", "where": "layerdense <= 32", "epochs": 2, "train_size": 512}
MENDABLE = {what: harm for what, harm in HARM.items() if harm[0] != "file" and harm[1] == "wrong"}


@pytest.fixture
def store(small_store, tmp_path):
    """A copy of the small store, to be harmed."""
    return shutil.copytree(small_store, tmp_path / "store")


@pytest.mark.parametrize("what", MENDABLE)
def test_after_a_repair_nothing_is_wrong(store, what):
    """What is left to do is training; and a second repair finds nothing."""
    check, _, statement = MENDABLE[what]
    harm(store, statement)
    planned = repair_store(store, dry_run=True)
    assert states(store)[check] == "wrong"
    done = repair_store(store)
    assert done.equals(planned)
    assert len(done) == 1
    assert "wrong" not in states(store).values()
    assert repair_store(store).empty


def test_what_was_taken_out_is_trained_again_to_the_same_numbers(store, small_store):
    """Repair, run: the store is what it was."""
    harm(store, HARM["an epoch that is gone"][2])
    harm(store, HARM["a departure that is not marked"][2])
    repair_store(store)
    assert run_grid("kh2021", seeds=2, store=store, **SMALL).done == 1
    assert set(states(store).values()) == {"ok"}
    ours, theirs = (
        read_results("kh2021", any=True, store=one).drop(columns="seconds")
        for one in (store, small_store)
    )
    assert ours.equals(theirs)


def test_the_file_as_it_was_stays_beside(store):
    """A repair can be taken back."""
    harm(store, HARM["a spec that was changed"][2])
    repair_store(store)
    with Store(store) as mended:
        assert mended.rows("SELECT count(*) FROM run")[0][0] == 7
    os.replace(store / f"{FILE}.before-repair", store / FILE)  # noqa: PTH105
    with Store(store) as earlier:
        assert earlier.rows("SELECT count(*) FROM run")[0][0] == 8


def test_leftovers_are_removed_and_weights_stay(store):
    """What a killed driver left in models/ goes; nothing else does."""
    (file,) = weights_file(store, "").parent.iterdir()
    left = file.with_name(f"{'0' * 64}.weights.h5")
    left.touch()
    assert repair_store(store)["repair"].tolist() == ["remove files"]
    assert not left.exists()
    assert file.exists()


def test_weights_that_are_damaged_are_forgotten(store):
    """The run stays done; its weights can be trained again."""
    (file,) = weights_file(store, "").parent.iterdir()
    file.write_bytes(b"short")
    assert repair_store(store)["repair"].tolist() == ["forget weights"]
    assert not file.exists()
    assert set(states(store).values()) == {"ok"}


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_truncated_store_is_salvaged(store, part):
    """What SQLite can still read comes into a new file; the rest is trained again."""
    harm(store, "PRAGMA wal_checkpoint(TRUNCATE)")
    file = store / FILE
    os.truncate(file, int(file.stat().st_size * part))
    assert states(store)["file"] == "wrong"
    assert repair_store(store, dry_run=True)["repair"].tolist() == ["salvage"]
    assert repair_store(store)["repair"].tolist()[0] == "salvage"
    assert "wrong" not in states(store).values()
    assert (store / f"{FILE}.damaged").exists()
    assert not (store / "salvage.part").exists()
    with Store(store) as mended:
        done = mended.rows("SELECT count(*) FROM run WHERE outcome = 'done'")[0][0]
    assert (part < 0.9) or done >= 6


def test_a_store_of_which_nothing_can_be_read_is_left_as_it_is(store):
    """Repair says so, and touches nothing."""
    (store / FILE).write_bytes(b"not a database, but long enough to be one " * 100)
    before = (store / FILE).read_bytes()
    with pytest.raises(StoreError, match=r"Nothing can be read of .*from a copy"):
        repair_store(store)
    assert (store / FILE).read_bytes() == before
    assert not (store / "salvage.part").exists()


def test_a_store_in_use_is_not_repaired(store):
    """A driver's runs in training are nobody else's to judge."""
    key = harm(
        store,
        "UPDATE run SET outcome = NULL, seconds = NULL, weights_sha256 = NULL, "
        "weights_kept = NULL WHERE key = :key",
    )
    with Store(store, write=True) as driver:
        driver.claim(key)
        with pytest.raises(StoreError, match="is in use: wait"):
            repair_store(store)


def test_the_command_shows_first_what_it_will_do(store, tune_grid):
    """Without --yes, and nobody to ask, nothing is changed."""
    assert "nothing to mend" in tune_grid("repair", "--store", store).stderr
    harm(store, HARM["an epoch that is gone"][2])
    shown = tune_grid("repair", "--store", store)
    assert shown.returncode == 1
    assert "train again" in shown.stdout
    assert "add --yes" in shown.stderr
    assert states(store)["epochs"] == "wrong"
    done = tune_grid("repair", "--yes", "--store", store)
    assert done.returncode == 0
    assert "Mended: train again." in done.stderr
    assert states(store)["epochs"] == "ok"
