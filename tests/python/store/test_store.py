"""The store: plans, claims, outcomes, versions."""

import dataclasses
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tunegrid import StoreError, load_study
from tunegrid.machine import mounts
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.plan.runs import Epoch, RunResult, Scored
from tunegrid.store import owner
from tunegrid.store.attempts import MAX_ATTEMPTS
from tunegrid.store.database import FILE, VERSION, network_warning
from tunegrid.store.store import Store
from tunegrid.store.weights import weights_file

KH2021 = load_study("kh2021")
PLANNED = plan(configurations(KH2021, experiments="one-layer"), seeds=2)
RESULT = RunResult(
    history=(Epoch(0.5, 0.8, 0.6, 0.75), Epoch(0.4, 0.85, 0.7, 0.7)),
    best_epoch=1,
    last=Scored(0.7, 0.7, bytes(range(10))),
    best=Scored(0.6, 0.75, bytes(10)),
    seconds=1.5,
    parameters=7,
    environment={"threads": 1},
)


@pytest.fixture
def store(tmp_path):
    """A store with a plan of twenty runs."""
    with Store(tmp_path / "store", write=True) as opened:
        opened.add_plan(KH2021, PLANNED)
        yield opened


def outcomes(store):
    """Count the outcomes of the plan."""
    return list(store.outcomes(one.key for one in PLANNED).values())


def attempts(store):
    """List how the attempts ended."""
    return [row[0] for row in store.rows("SELECT outcome FROM attempt ORDER BY id")]


def pretend_owner(store, host, driver):
    """Hand all claims to somebody else."""
    for table in ("claim", "attempt"):
        query = f"UPDATE {table} SET host = ?, driver = ?"  # noqa: S608
        store._connection.execute(query, (host, driver))


def test_the_whole_plan_is_there_before_the_first_run(store):
    """What is missing is a query; planning twice changes nothing."""
    store.add_plan(KH2021, PLANNED)
    assert outcomes(store) == [None] * 20
    assert store.rows("SELECT count(*) FROM plan")[0][0] == 20


def test_a_result_comes_back_as_it_was_stored(store):
    """A run, its epochs and its predictions."""
    key = PLANNED[0].key
    store.finish(store.claim(key), RESULT)
    (run,) = store.rows("SELECT * FROM run WHERE outcome = 'done'")
    assert (run["key"], run["seconds"], run["parameters"], run["best_epoch"]) == (key, 1.5, 7, 1)
    epochs = store.rows("SELECT loss, accuracy, val_loss, val_accuracy FROM epoch ORDER BY epoch")
    assert [Epoch(*row) for row in epochs] == list(RESULT.history)
    rows = store.rows("SELECT after, loss, accuracy, classes FROM prediction")
    scores = {after: Scored(*score) for after, *score in rows}
    assert scores == {"last": RESULT.last, "best": RESULT.best}
    assert attempts(store) == ["done"]


def test_a_run_is_claimed_once(store):
    """Neither another driver nor this one gets a run that is in training, or done."""
    key = PLANNED[0].key
    claim = store.claim(key)
    assert store.claim(key) is None
    assert store.in_training() == {key}
    store.finish(claim, RESULT)
    assert store.claim(key) is None
    assert store.in_training() == set()


def test_the_claim_of_a_dead_process_is_taken_over_at_once(store):
    """A process of this host that is gone holds nothing; its attempt was interrupted."""
    key = PLANNED[0].key
    store.claim(key)
    pretend_owner(store, owner.HOST, f"{2**22 + 1} 0 x")
    assert store.claim(key) is not None
    assert attempts(store) == ["interrupted", None]


def test_a_process_with_the_same_number_is_not_taken_for_the_owner(store):
    """Process numbers come again; start times do not."""
    store.claim(PLANNED[0].key)
    pretend_owner(store, owner.HOST, f"{os.getpid()} 1 x")
    assert store.in_training() == set()


def test_the_claim_of_another_host_holds_until_its_lease_is_over(store):
    """We cannot look there, so we believe the lease."""
    key = PLANNED[0].key
    claim = store.claim(key)
    pretend_owner(store, "elsewhere", "1 1 x")
    assert store.claim(key) is None
    store._connection.execute("UPDATE claim SET expires = 0")
    store.renew([claim])
    assert store.claim(key) is None
    store._connection.execute("UPDATE claim SET expires = 0")
    assert store.claim(key) is not None


def test_a_driver_that_was_closed_holds_nothing(store):
    """In a notebook one process has many drivers, one after the other."""
    key = PLANNED[0].key
    with Store(store.folder, write=True) as earlier:
        earlier.claim(key)
        assert store.claim(key) is None
    assert store.claim(key) is not None


def test_who_fails_late_changes_nothing(store):
    """When a run was taken over, its first driver's failure is no failure of the run."""
    key = PLANNED[0].key
    late = store.claim(key)
    pretend_owner(store, owner.HOST, f"{os.getpid()} 1 x")
    taken = store.claim(key)
    assert not store.fail(late, "error", "lost the disk")
    store.finish(taken, RESULT)
    assert outcomes(store)[0] == "done"
    assert attempts(store) == ["interrupted", "done"]


def test_who_finishes_late_changes_nothing(store):
    """When a run was taken over and done, the first driver's result is not stored again."""
    key = PLANNED[0].key
    late = store.claim(key)
    pretend_owner(store, owner.HOST, f"{os.getpid()} 1 x")
    store.finish(store.claim(key), RESULT)
    store.finish(late, dataclasses.replace(RESULT, seconds=99.0, weights=b"late"))
    assert not weights_file(store.folder, key).exists()
    assert store.rows("SELECT seconds FROM run WHERE outcome = 'done'")[0][0] == 1.5
    assert attempts(store) == ["interrupted", "done"]


def test_who_finishes_first_after_a_takeover_has_done_it(store):
    """A lease ran out, another driver began again; the first result is stored, and once."""
    key = PLANNED[0].key
    slow = store.claim(key)
    pretend_owner(store, owner.HOST, f"{os.getpid()} 1 x")
    second = store.claim(key)
    store.finish(slow, RESULT)
    store.finish(second, RESULT)
    assert outcomes(store)[0] == "done"
    assert attempts(store) == ["done", "interrupted"]


def test_retrying_failed_runs_leaves_done_ones_alone(store):
    """The attempt that stands for a result is not set aside."""
    done, failed = PLANNED[0].key, PLANNED[1].key
    store.finish(store.claim(done), RESULT)
    store.fail(store.claim(failed), "diverged", "the loss became nan")
    store.reopen_failed([done, failed])
    assert outcomes(store)[:2] == ["done", None]
    rows = store.rows("SELECT outcome, forgiven FROM attempt ORDER BY id")
    assert [tuple(row) for row in rows] == [("done", 0), ("failed", 1)]


def test_a_file_that_was_deleted_alone_can_be_put_back(store):
    """Its weights are still there, and the rescued file names them."""
    store.finish(store.claim(PLANNED[0].key), scored(0.7))
    (store.folder / FILE).unlink()
    with pytest.raises(StoreError, match=r"move .*store\.rescued/results\.sqlite to .*store,"):
        store.claim(PLANNED[1].key)
    with Store(store.folder, write=True) as fresh:
        fresh.remove_leftovers()
    for log in ("", "-wal", "-shm"):
        (store.folder / f"{FILE}{log}").unlink(missing_ok=True)
    (store.folder.with_name("store.rescued") / FILE).replace(store.folder / FILE)
    with Store(store.folder) as again:
        assert kept(again) == {PLANNED[0].key}


def test_an_interruption_counts_against_no_run(store):
    """However often a run is interrupted, it stays missing."""
    for _ in range(5):
        store.interrupt([store.claim(PLANNED[0].key)])
    assert outcomes(store)[0] is None
    assert attempts(store) == ["interrupted"] * 5


def test_a_run_whose_workers_die_is_failed_at_last(store):
    """Three deaths are enough; --retry-failed gives three more."""
    key = PLANNED[0].key
    for _ in range(2):
        ended = [
            store.fail(store.claim(key), "killed", "gone", final=False) for _ in range(MAX_ATTEMPTS)
        ]
        assert ended == [False, False, True]
        assert outcomes(store)[0] == "failed"
        store.reopen_failed([key])
        assert outcomes(store)[0] is None


def test_a_failure_is_recorded_with_its_reason(store):
    """Failed runs are shown, not hidden."""
    store.fail(store.claim(PLANNED[0].key), "diverged", "the loss became nan")
    (run,) = store.rows("SELECT failure, message FROM run WHERE outcome = 'failed'")
    assert tuple(run) == ("diverged", "the loss became nan")


def scored(accuracy):
    """Make a result with weights and this accuracy after its last epoch."""
    history = (RESULT.history[0], Epoch(0.4, 0.85, 0.7, accuracy))
    return dataclasses.replace(RESULT, history=history, weights=f"weights {accuracy}".encode())


def kept(store):
    """List the runs whose weights are named, which must be those whose files are there."""
    named = {key for (key,) in store.rows("SELECT key FROM run WHERE weights_sha256 IS NOT NULL")}
    folder = weights_file(store.folder, "").parent
    assert {file.name for file in folder.iterdir()} == {f"{key}.weights.h5" for key in named}
    return named


def test_the_weights_of_the_best_take_the_place_of_others(store):
    """A better run is kept and the earlier one let go; one that is as good is not kept."""
    first, worse, better, equal = (one.key for one in PLANNED[:4])
    assert store.accuracy_to_beat(first) == -1.0
    for key, accuracy in ((first, 0.7), (worse, 0.6), (better, 0.8), (equal, 0.8)):
        store.finish(store.claim(key), scored(accuracy))
    assert kept(store) == {better}
    assert store.accuracy_to_beat(PLANNED[5].key) == 0.8
    assert weights_file(store.folder, better).read_bytes() == b"weights 0.8"


def test_weights_that_were_asked_for_stay(store):
    """With --keep-models every run's are kept, and none is let go later."""
    first, worse, better = (one.key for one in PLANNED[:3])
    for key, accuracy in ((first, 0.7), (worse, 0.6)):
        store.finish(store.claim(key), scored(accuracy), keep_weights=True)
    store.finish(store.claim(better), scored(0.8))
    assert kept(store) == {first, worse, better}


def test_the_best_weights_of_another_experiment_stay(store):
    """A run that two experiments share may be the best of either."""
    shared, other = PLANNED[:2]
    elsewhere = dataclasses.replace(shared.configuration, experiment="compare")
    store.add_plan(KH2021, [dataclasses.replace(shared, configuration=elsewhere)])
    store.finish(store.claim(shared.key), scored(0.7))
    store.finish(store.claim(other.key), scored(0.8))
    assert kept(store) == {shared.key, other.key}


def test_what_a_killed_driver_left_in_models_is_removed(store):
    """Files that no row names are ours to remove; others are not."""
    key, gone = PLANNED[0].key, PLANNED[1].key
    store.finish(store.claim(key), scored(0.7))
    file = weights_file(store.folder, gone)
    file.write_bytes(b"moved, not committed")
    file.with_name(f"{file.name}.123.part").write_bytes(b"half")
    with Store(store.folder, write=True) as later:
        later.remove_leftovers()
        assert kept(later) == {key}
    (file.parent / "notes.txt").touch()
    with Store(store.folder, write=True) as later:
        later.remove_leftovers()
    assert (file.parent / "notes.txt").exists()


def test_a_transaction_that_fails_leaves_nothing(store):
    """A result is stored whole or not at all."""
    broken = dataclasses.replace(RESULT, last=Scored(0.7, 0.7, None))
    claim = store.claim(PLANNED[0].key)
    with pytest.raises(StoreError):
        store.finish(claim, broken)
    assert outcomes(store)[0] is None
    assert store.rows("SELECT count(*) FROM epoch")[0][0] == 0


def test_a_store_that_does_not_exist_is_empty_and_is_not_made(tmp_path):
    """Reading makes nothing."""
    with Store(tmp_path / "none") as opened:
        assert opened.rows("SELECT * FROM run") == []
    assert not (tmp_path / "none").exists()


def test_a_newer_store_is_refused_with_advice(store):
    """Neither readers nor writers touch what they cannot know."""
    store._connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    for write in (False, True):
        with pytest.raises(StoreError, match=r"written by a newer tunegrid.*upgrade tunegrid"):
            Store(store.folder, write=write)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no database at all, but some text of a length", "is damaged"), (b"", "no tunegrid store")],
)
def test_a_file_that_is_no_store_is_refused(tmp_path, content, said):
    """Somebody else's file is neither read nor overwritten."""
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StoreError, match=said):
        Store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_truncated_store_is_one_clear_error(store):
    """Half a database says that it is damaged, and what to do."""
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store._connection.close()
    file = store.folder / FILE
    os.truncate(file, file.stat().st_size // 2)
    with (
        pytest.raises(StoreError, match=r"damaged.*tune-grid repair"),
        Store(store.folder) as half,
    ):
        half.rows("SELECT * FROM plan JOIN run ON plan.run = run.key")
    store._connection = sqlite3.connect(":memory:")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder where nobody may write")
def test_a_folder_that_cannot_be_written_is_one_clear_error():
    """A writer says so at once, root or not."""
    with pytest.raises(StoreError, match=r"/proc/self/store cannot be made .*another --store"):
        Store("/proc/self/store", write=True)


def test_a_file_in_the_store_s_place_is_one_clear_error(tmp_path):
    """A store is a folder."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "file" / "store", write=True)
    with pytest.raises(StoreError, match="is no folder"):
        Store(tmp_path / "file")


@pytest.mark.parametrize("moved", [False, True])
def test_a_store_that_is_deleted_under_its_driver_is_saved_beside(store, moved):
    """SQLite would go on writing to a file that has no name any more."""
    store.finish(store.claim(PLANNED[0].key), RESULT)
    if moved:
        store.folder.rename(store.folder.with_name("elsewhere"))
    else:
        shutil.rmtree(store.folder)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"deleted or moved .*saved in .*store\.rescued: move"):
            store.claim(PLANNED[1].key)
    with Store(store.folder.with_name("store.rescued")) as rescued:
        assert outcomes(rescued) == ["done"] + [None] * 19


def test_a_store_that_another_program_has_locked_is_waited_for(store, monkeypatch):
    """And given up at last, in words."""
    monkeypatch.setattr("tunegrid.store.database._PATIENCE", 1)
    with (
        Store(store.folder, write=True) as other,
        other.transaction(),
        pytest.raises(StoreError, match="locked by another program"),
    ):
        store.claim(PLANNED[0].key)
    assert store.claim(PLANNED[0].key) is not None


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_step_a_result_is_whole_or_missing(tmp_path, record_property, stride):
    """SIGKILL at a statement or a change of a file; going on ends as if nothing had been."""
    killed_at = [sys.executable, str(Path(__file__).with_name("killed.py"))]

    def driver(folder, step):
        words = [*killed_at, str(step), "plan-and-finish", str(folder)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    steps = int(driver(tmp_path / "whole", 0).stdout)
    assert steps > 60
    with Store(tmp_path / "whole") as whole:
        expected = finished(whole)
    tried = range(1, steps + 1, stride)
    for step in tried:
        folder = tmp_path / str(step)
        assert driver(folder, step).returncode == -signal.SIGKILL
        assert driver(folder, 0).returncode == 0
        with Store(folder) as store:
            assert finished(store) == expected, f"killed at step {step}"
    record_property("fault", "SIGKILL at a chosen SQL statement or change of a weights file")
    record_property("times", len(tried))
    record_property("lost", "the result that was being stored, which is trained again")


def finished(store):
    """Give all that a store holds of results, and check that the file is whole."""
    assert store.rows("PRAGMA integrity_check")[0][0] == "ok"
    assert len(kept(store)) == 1
    queries = (
        "SELECT key, outcome, seconds, best_epoch, weights_sha256 FROM run ORDER BY key",
        "SELECT * FROM epoch ORDER BY run, epoch",
        "SELECT * FROM prediction ORDER BY run, after",
        "SELECT run, count(*) FROM attempt WHERE outcome = 'done' GROUP BY run",
        "SELECT count(*) FROM plan",
        "SELECT count(*) FROM claim",
    )
    return [[tuple(row) for row in store.rows(query)] for query in queries]


def test_machines_made_from_one_image_are_two_hosts(tmp_path, monkeypatch):
    """They differ in nothing but what Linux drew when each was started."""
    names = set()
    for drawn in ("0e2a5a8e-1111", "0e2a5a8e-2222", "0e2a5a8e-2222"):
        (tmp_path / "boot_id").write_text(f"{drawn}\n")
        monkeypatch.setattr(owner, "_BOOT_ID", tmp_path / "boot_id")
        names.add(owner._host())
    assert len(names) == 2
    assert {name.partition(" ")[0] for name in names} == {owner.HOST.partition(" ")[0]}


@pytest.mark.parametrize(("card", "drawn"), [(0x0242AC110002, False), (0x0343AC110002, True)])
def test_elsewhere_than_on_linux_a_host_is_told_by_its_card(tmp_path, monkeypatch, card, drawn):
    """But not by a number that is another one in each process."""
    monkeypatch.setattr(owner, "_BOOT_ID", tmp_path / "none")
    monkeypatch.setattr(owner.uuid, "getnode", lambda: card)
    assert owner._boot() == ("" if drawn else "0242ac110002")


def test_the_claim_of_a_clone_is_believed(store, tmp_path, monkeypatch):
    """Its process is not looked up in the table of this machine's."""
    claim = store.claim(PLANNED[0].key)
    (tmp_path / "boot_id").write_text("another\n")
    monkeypatch.setattr(owner, "_BOOT_ID", tmp_path / "boot_id")
    monkeypatch.setattr(owner, "HOST", owner._host())
    with Store(store.folder, write=True) as clone:
        assert clone.claim(claim.run) is None
        assert clone.in_training() == clone.trained_elsewhere() == {claim.run}


def test_a_driver_asks_only_for_what_others_train(store):
    """Also where the other one is in the same process."""
    own, theirs = PLANNED[0].key, PLANNED[1].key
    store.claim(own)
    with Store(store.folder, write=True) as other:
        other.claim(theirs)
        assert store.in_training() == {own, theirs}
        assert store.trained_elsewhere() == {theirs}


@pytest.mark.parametrize(
    ("kind", "journal"),
    [("nfs4", "delete"), ("fuse.sshfs", "delete"), ("9p", "delete"), ("ext4", "wal")],
)
def test_a_store_on_a_network_has_no_write_ahead_log(tmp_path, monkeypatch, kind, journal):
    """It is written with SQLite's rollback journal, and one that had the log loses it."""
    place, root = str(tmp_path.resolve()), str(Path(os.sep).resolve())
    with Store(tmp_path / "store", write=True):
        pass
    mounted = [SimpleNamespace(mountpoint=m, fstype=t) for m, t in ((root, "ext4"), (place, kind))]
    monkeypatch.setattr(mounts.psutil, "disk_partitions", lambda **_: mounted)
    with Store(tmp_path / "store", write=True) as store:
        assert store._connection.execute("PRAGMA journal_mode").fetchone()[0] == journal
    said = network_warning(tmp_path / "store")
    assert (f"is on a network file system ({kind})" in said) == (journal == "delete")
