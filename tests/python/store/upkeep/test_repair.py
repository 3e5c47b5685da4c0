"""What is not whole in a store is taken out, and trained again."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import termios
from contextlib import suppress
from random import Random

import pytest
from test_verify import HARM, harm, states

from tunegrid import StoreError, read_results, repair_store, run_grid, verify_store
from tunegrid.store.database import FILE
from tunegrid.store.store import Store
from tunegrid.store.weights import weights_file

SMALL = {"experiments": "two-layer", "where": "layerdense <= 32", "epochs": 2, "train_size": 512}
MENDABLE = {what: harm for what, harm in HARM.items() if harm[1] == "wrong"}


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
    assert len(done) == 1 + (what == "a study file that was changed")  # its plans go, too
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
    gone = "DELETE FROM epoch WHERE epoch = 2 AND run = (SELECT min(run) FROM epoch)"
    for left in (14, 12):
        harm(store, gone)
        repair_store(store)
        with Store(store) as mended:
            assert mended.rows("SELECT count(*) FROM epoch")[0][0] == left
    for name, there in (("before-repair-2", 13), ("before-repair", 15)):
        os.replace(store / f"{FILE}.{name}", store / FILE)  # noqa: PTH105
        with Store(store) as earlier:
            assert earlier.rows("SELECT count(*) FROM epoch")[0][0] == there


def test_leftovers_are_removed_and_weights_stay(store):
    """What a killed driver left in models/ goes; nothing else does."""
    (file,) = weights_file(store, "").parent.iterdir()
    left = file.with_name(f"{'0' * 64}.weights.h5")
    left.touch()
    assert repair_store(store)["repair"].tolist() == ["remove files"]
    assert not left.exists()
    assert file.exists()


def test_weights_that_are_damaged_are_forgotten(store):
    """The run stays done; its weights can be trained again, what there was is moved aside."""
    (file,) = weights_file(store, "").parent.iterdir()
    file.write_bytes(b"short")
    assert repair_store(store)["repair"].tolist() == ["forget weights"]
    assert not file.exists()
    assert (store / "models.before-repair" / file.name).read_bytes() == b"short"
    assert set(states(store).values()) == {"ok"}


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_truncated_store_is_salvaged(store, part):
    """What SQLite can still read comes into a new file; the rest is trained again."""
    harm(store, "PRAGMA wal_checkpoint(TRUNCATE)")
    file = store / FILE
    os.truncate(file, int(file.stat().st_size * part))
    number = file.stat().st_ino
    assert states(store)["file"] == "wrong"
    assert repair_store(store, dry_run=True)["repair"].tolist() == ["salvage"]
    assert repair_store(store)["repair"].tolist()[0] == "salvage"
    assert "wrong" not in states(store).values()
    assert (store / f"{FILE}.damaged").stat().st_ino == number  # no copy, which could fill the disk
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
    key = harm(store, HARM["a planned run that is missing"][2])
    with Store(store, write=True) as driver:
        driver.claim(key)
        with pytest.raises(StoreError, match="is in use: wait"):
            repair_store(store)


def test_a_spec_is_written_again_to_the_letter(store, small_store):
    """The key is its digest: what the plan gives is right, or it is not taken."""
    harm(store, HARM["a spec that is no JSON"][2])
    assert repair_store(store)["repair"].tolist() == ["write spec"]
    queries = "SELECT key, spec FROM run ORDER BY key"
    with Store(store) as mended, Store(small_store) as whole:
        assert [*map(tuple, mended.rows(queries))] == [*map(tuple, whole.rows(queries))]


def test_a_damaged_store_in_use_is_not_salvaged(store):
    """A driver may still add to it."""
    key = harm(store, HARM["a planned run that is missing"][2])
    with Store(store, write=True) as driver:
        driver.claim(key)
        harm(store, "UPDATE study SET definition = CAST(X'80' AS TEXT)")
        with pytest.raises(StoreError, match="is in use: interrupt"):
            repair_store(store)


def test_what_another_version_made_is_left_alone(store):
    """Another schema of specs, another study file: not checked, and never taken out."""
    text = '{"schema":99}'
    digest = hashlib.sha256(text.encode()).hexdigest()
    other = '{"id": "kh2021", "schema": 99}'
    known = hashlib.sha256(other.encode()).hexdigest()
    harm(store, f"UPDATE study SET definition = '{other}', digest = '{known}'")  # noqa: S608
    with Store(store, write=True) as opened, opened.transaction() as cursor:
        cursor.execute(
            "INSERT INTO run SELECT ?, ?, outcome, failure, message, ended, seconds, parameters, "
            "best_epoch, environment, NULL, NULL FROM run LIMIT 1",
            (digest, text),
        )
        cursor.execute(
            "INSERT INTO attempt (run, host, driver, started, ended, outcome) "
            "VALUES (?, 'h', 'd', 'then', 'then', 'done')",
            (digest,),
        )
    assert set(states(store).values()) == {"ok"}
    assert repair_store(store).empty
    said = verify_store(store=store).attrs["findings"]
    assert sum("another version of tunegrid" in text for text in said) == 9


@pytest.mark.parametrize("seed", range(30))
def test_after_a_flipped_bit_a_store_is_repaired_or_refused_in_words(store, seed):
    """Whatever a disk does to a byte: one sentence, or nothing wrong after the repair."""
    harm(store, "PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((store / FILE).read_bytes())
    random = Random(seed)
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    (store / FILE).write_bytes(content)
    with suppress(StoreError):
        repair_store(store)
        assert "wrong" not in states(store).values()


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_at_the_question_changes_nothing(store, key):
    """A terminal, a question, and somebody who has second thoughts."""
    harm(store, HARM["an epoch that is gone"][2])
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "tunegrid", "repair", "--store", str(store)]
    with subprocess.Popen(
        words, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)),
    ) as asked:  # fmt: skip
        said = ""
        while not said.endswith("[y/N]:"):
            said += asked.stderr.read(1)
        while asked.poll() is None:  # a key that comes before the question is lost
            os.write(ours, key.encode())
            with suppress(subprocess.TimeoutExpired):
                asked.wait(1)
        rest = asked.stderr.read()
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == 130
    assert "Traceback" not in rest
    assert states(store)["epochs"] == "wrong"


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
