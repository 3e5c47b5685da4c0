"""Mend a store: what does not hold is taken out, so that it is trained again; a copy is kept."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, nullcontext
from pathlib import Path

import pandas as pd

from .database import FILE, connect_reader, store_path, told
from .errors import StoreError
from .salvage import is_damaged, salvage
from .verify import Finding, Inspection, open_whole
from .weights import forget, leftover_files, remove_files, weights_file

#: The store's file as it was before the last repair.
COPY = f"{FILE}.before-repair"

#: What can be mended, in this order, and how.
REPAIRS: Mapping[str, str] = {
    "salvage": "bring what can be read of the file into a new one",
    "remove run": "take out runs whose key is not that of their spec",
    "remove plan": "take out planned configurations that do not give their run",
    "train again": "take out results that are not whole; `tune-grid run` trains them again",
    "end attempt": "end the attempts of drivers that are gone",
    "forget weights": "take weights that are missing or damaged out of their run's row",
    "remove files": "remove files that drivers which were killed left in models/",
}

_BY_CHECK = {
    "keys": "remove run",
    "plans": "remove plan",
    "epochs": "train again",
    "predictions": "train again",
    "environments": "train again",
    "attempts": "end attempt",
    "weights": "forget weights",
}


def repair_store(store: str | Path | None = None, *, dry_run: bool = False) -> pd.DataFrame:
    """Mend what can be mended in a store.

    The file as it was stays beside it as `results.sqlite.before-repair`, one that SQLite could
    not read to its end as `results.sqlite.damaged`. Repeating the `run` afterwards trains what
    was taken out.

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
    with open_whole(store, write=not dry_run) as opened:
        files: list[Path] = []
        with nullcontext() if dry_run else opened.transaction() as cursor:
            if opened.in_training():
                raise StoreError(
                    f"The store {folder} is in use: wait until its runs are trained, or "
                    f"interrupt them, and repeat the command."
                )
            repairs = _sort(Inspection(opened).findings())
            if repairs and cursor is not None:
                _keep_copy(folder)
                files = _mend(cursor, repairs, folder)
        remove_files(files)
    return _table(done | {name: len(found) for name, found in repairs.items()})


def _sort(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Say what is to be done for what was found; each run is mended in one way only."""
    found: dict[str, list[Finding]] = {name: [] for name in REPAIRS}
    taken = set()
    for one in findings:
        name = _BY_CHECK.get(one.check) if one.level != "incomplete" else None
        if one.check == "weights" and one.level == "note":
            name = "remove files"
        if one.check == "runs" and one.level == "wrong":
            name = "train again"
        if name is not None and (one.key is None or (one.key, name) not in taken):
            taken.add((one.key, name))
            found[name].append(one)
    return {name: ones for name, ones in found.items() if ones}


def _table(counts: Mapping[str, int]) -> pd.DataFrame:
    rows = [(name, count, REPAIRS[name]) for name, count in counts.items()]
    return pd.DataFrame(rows, columns=["repair", "count", "meaning"])


def _keep_copy(folder: Path) -> None:
    """Copy a store's file, with what its log holds, before it is changed."""
    copy = folder / COPY
    with told(folder):
        copy.unlink(missing_ok=True)
        with closing(connect_reader(folder)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)


def _mend(cursor: sqlite3.Cursor, repairs: Mapping[str, list[Finding]], folder: Path) -> list[Path]:
    """Do the repairs, and give the files that may go when this is committed."""
    files = []
    for name, mend in _MENDERS.items():
        for finding in repairs.get(name, []):
            mend(cursor, finding)
            if name in ("remove run", "train again", "forget weights"):
                files.append(weights_file(folder, finding.key))
    named = cursor.execute("SELECT key FROM run WHERE weights_sha256 IS NOT NULL")
    return [*files, *leftover_files(folder, {key for (key,) in named})]


def _remove_run(cursor: sqlite3.Cursor, finding: Finding) -> None:
    for table in ("claim", "attempt", "plan", "epoch", "prediction"):
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
        "UPDATE run SET outcome = NULL, ended = NULL, seconds = NULL, parameters = NULL, "
        "best_epoch = NULL, environment = NULL, weights_sha256 = NULL, weights_kept = NULL "
        "WHERE key = ? AND outcome = 'done'",
        (finding.key,),
    )


def _end_attempt(cursor: sqlite3.Cursor, finding: Finding) -> None:
    cursor.execute("DELETE FROM claim WHERE run = ?", (finding.key,))
    cursor.execute(
        "UPDATE attempt SET ended = started, outcome = coalesce(outcome, 'interrupted'), "
        "message = 'its driver was gone' WHERE run = ? AND ended IS NULL",
        (finding.key,),
    )


def _forget_weights(cursor: sqlite3.Cursor, finding: Finding) -> None:
    forget(cursor, [finding.key])


_MENDERS: Mapping[str, Callable[[sqlite3.Cursor, Finding], None]] = {
    "remove run": _remove_run,
    "remove plan": _remove_plan,
    "train again": _train_again,
    "end attempt": _end_attempt,
    "forget weights": _forget_weights,
}
