"""Mend a store: what does not hold is taken out, so that it is trained again; a copy is kept."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import pandas as pd

from ...errors import StoreError
from ...machine.files import free_name
from ..database import FILE, connect_reader, store_path, told
from ..store import open_existing
from ..weights import forget, leftover_files, remove_files, weights_file
from .findings import Finding
from .inspection import Inspection
from .salvage import OF_A_RUN, is_damaged, remove_orphans, salvage

#: The store's file and its weights as they were before a repair; numbered when there are more.
COPY = f"{FILE}.before-repair"
WEIGHTS_COPY = "models.before-repair"

#: What can be mended, in this order, and how.
REPAIRS: Mapping[str, str] = {
    "salvage": "bring what can be read of the file into a new one; what is not whole follows",
    "write spec": "write specs again, which their plans and keys give to the letter",
    "remove run": "take out runs whose spec is lost; `tune-grid run` plans them again",
    "remove study": "take out study files that were changed; `tune-grid run` writes them again",
    "remove plan": "take out planned configurations that do not give their run",
    "train again": "take out results that are not whole; `tune-grid run` trains them again",
    "count attempts": "leave one attempt of each done run that stands for its result",
    "end attempt": "end the attempts of drivers that are gone",
    "mend attempt": "take what is no text or number out of the records of attempts",
    "remove look": "take out looks at claims that lack their numbers",
    "forget weights": "take weights that are missing or damaged out of their run's row",
    "remove orphans": "take out rows of runs that are not there",
    "remove files": "remove files that drivers which were killed left in models/",
}


def repair_store(store: str | Path | None = None, *, dry_run: bool = False) -> pd.DataFrame:
    """Mend what can be mended in a store.

    The file as it was stays beside it as `results.sqlite.before-repair`, one that SQLite could
    not read to its end as `results.sqlite.damaged`, weights that are taken out in
    `models.before-repair`. Repeating the `run` afterwards trains what was taken out.

    Args:
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        dry_run: change nothing, only say what would be done.

    Returns:
        One row a repair: repair, count, meaning. Empty when there is nothing to mend.

    Raises:
        StoreError: when there is no store, a driver is at work on it, or it is past mending.
    """
    done = {}
    folder = store_path(store)
    if is_damaged(folder):
        done["salvage"] = 1
        if dry_run:
            return _table(done)
        salvage(folder)
    with open_existing(store, write=not dry_run) as opened:
        leftovers: list[Path] = []
        with nullcontext() if dry_run else opened.transaction() as cursor:
            if opened.in_training():
                raise StoreError(
                    f"The store {folder} is in use: wait until its runs are trained, or "
                    f"interrupt them, and repeat the command."
                )
            repairs = _sort(Inspection(opened).findings())
            if repairs and cursor is not None:
                _keep_copy(folder)
                _mend(cursor, repairs, folder)
                leftovers = leftover_files(cursor, folder)
        remove_files(leftovers)
    return _table(done | {name: len(found) for name, found in repairs.items()})


def _sort(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Say what is to be done for what was found, once for each run."""
    found: dict[str, list[Finding]] = {name: [] for name in REPAIRS}
    taken = set()
    for one in findings:
        place = (one.repair, one.key or one.row or one.text)
        if one.repair is not None and place not in taken:
            taken.add(place)
            found[one.repair].append(one)
    return {name: ones for name, ones in found.items() if ones}


def _table(counts: Mapping[str, int]) -> pd.DataFrame:
    rows = [(name, count, REPAIRS[name]) for name, count in counts.items()]
    types = {"repair": "string", "count": "Int64", "meaning": "string"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _keep_copy(folder: Path) -> None:
    """Copy a store's file, with what its log holds, before it is changed."""
    copy = free_name(folder / COPY)
    with (
        told(folder),
        closing(connect_reader(folder)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _mend(cursor: sqlite3.Cursor, repairs: Mapping[str, list[Finding]], folder: Path) -> None:
    set_aside = []
    for name, mend in _MENDERS.items():
        for finding in repairs.get(name, []):
            mend(cursor, finding)
            if name in ("remove run", "train again", "forget weights"):
                with suppress(StoreError, TypeError):  # no key of ours, so no file either
                    set_aside.append(weights_file(folder, finding.key))
    remove_orphans(cursor)
    _set_aside([file for file in set_aside if file.exists()], folder)


def _set_aside(files: Iterable[Path], folder: Path) -> None:
    """Move weights out of the way: what was taken out may still be wanted."""
    place = free_name(folder / WEIGHTS_COPY)
    for file in files:
        with suppress(OSError):  # it stays where it is, and belongs to nobody
            place.mkdir(exist_ok=True)
            file.replace(place / file.name)


def _write_spec(cursor: sqlite3.Cursor, finding: Finding) -> None:
    cursor.execute("UPDATE run SET spec = ? WHERE key = ?", (finding.spec, finding.key))


def _remove_run(cursor: sqlite3.Cursor, finding: Finding) -> None:
    for table in OF_A_RUN:
        cursor.execute(f"DELETE FROM {table} WHERE run = ?", (finding.key,))  # noqa: S608
    cursor.execute("DELETE FROM run WHERE key = ?", (finding.key,))


def _remove_plan(cursor: sqlite3.Cursor, finding: Finding) -> None:
    cursor.execute(
        "DELETE FROM plan WHERE study = ? AND protocol = ? AND experiment = ? "
        "AND configuration = ? AND departures = ? AND replicate = ? AND run = ?",
        finding.row,
    )


def _train_again(cursor: sqlite3.Cursor, finding: Finding) -> None:
    for table in ("epoch", "prediction"):
        cursor.execute(f"DELETE FROM {table} WHERE run = ?", (finding.key,))  # noqa: S608
    cursor.execute("UPDATE attempt SET forgiven = 1 WHERE run = ?", (finding.key,))
    cursor.execute(
        "UPDATE run SET outcome = NULL, failure = NULL, message = NULL, ended = NULL, "
        "seconds = NULL, parameters = NULL, best_epoch = NULL, environment = NULL, "
        "weights_sha256 = NULL, weights_kept = NULL WHERE key = ?",
        (finding.key,),
    )


def _count_attempts(cursor: sqlite3.Cursor, finding: Finding) -> None:
    """Let the last attempt stand for the result, the last one that says `done` if any does.

    A result that was taken out a moment ago needs none.
    """
    done = cursor.execute("SELECT 1 FROM run WHERE key = ? AND outcome = 'done'", (finding.key,))
    if done.fetchone() is None:
        return
    found = cursor.execute(
        "SELECT id FROM attempt WHERE run = ? ORDER BY outcome IS 'done' DESC, id DESC LIMIT 1",
        (finding.key,),
    ).fetchone()
    if found is None:
        found = cursor.execute(
            "INSERT INTO attempt (run, host, driver, started, ended, outcome) "
            "SELECT key, 'unknown', 'unknown', ended, ended, 'done' FROM run WHERE key = ? "
            "RETURNING id",
            (finding.key,),
        ).fetchone()
    cursor.execute(
        "UPDATE attempt SET forgiven = 1 WHERE run = ? AND outcome = 'done'", (finding.key,)
    )
    cursor.execute(
        "UPDATE attempt SET forgiven = 0, outcome = 'done', failure = NULL, message = NULL, "
        "ended = coalesce(ended, started) WHERE id = ?",
        found,
    )


def _end_attempt(cursor: sqlite3.Cursor, finding: Finding) -> None:
    cursor.execute("DELETE FROM claim WHERE run = ?", (finding.key,))
    cursor.execute(
        "UPDATE attempt SET ended = started, outcome = coalesce(outcome, 'interrupted'), "
        "message = 'its driver was gone' WHERE run = ? AND ended IS NULL",
        (finding.key,),
    )


def _remove_study(cursor: sqlite3.Cursor, finding: Finding) -> None:
    cursor.execute("DELETE FROM study WHERE id IS ? AND digest IS ?", finding.row)


def _mend_attempt(cursor: sqlite3.Cursor, finding: Finding) -> None:
    """Keep of an attempt what is as it must be."""
    cursor.execute(
        "UPDATE attempt SET "
        "host = CASE typeof(host) WHEN 'text' THEN host ELSE 'unknown' END, "
        "driver = CASE typeof(driver) WHEN 'text' THEN driver ELSE 'unknown' END, "
        "started = CASE typeof(started) WHEN 'text' THEN started ELSE 'unknown' END, "
        "ended = CASE WHEN typeof(ended) IN ('text', 'null') THEN ended ELSE 'unknown' END, "
        "failure = CASE typeof(failure) WHEN 'text' THEN failure END, "
        "message = CASE typeof(message) WHEN 'text' THEN message END, "
        "forgiven = forgiven IS 1 WHERE id = ?",
        finding.row,
    )


def _remove_look(cursor: sqlite3.Cursor, finding: Finding) -> None:
    cursor.execute(
        "DELETE FROM look WHERE study = ? AND protocol = ? AND claim = ? AND number = ?",
        finding.row,
    )


def _forget_weights(cursor: sqlite3.Cursor, finding: Finding) -> None:
    forget(cursor, [finding.key])


_MENDERS: Mapping[str, Callable[[sqlite3.Cursor, Finding], None]] = {
    "write spec": _write_spec,
    "remove run": _remove_run,
    "remove study": _remove_study,
    "remove plan": _remove_plan,
    "train again": _train_again,
    "count attempts": _count_attempts,
    "end attempt": _end_attempt,
    "mend attempt": _mend_attempt,
    "remove look": _remove_look,
    "forget weights": _forget_weights,
}
