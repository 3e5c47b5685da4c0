"""Bring an exported folder into a store: verified first, then all of it or nothing."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..data.kept import keep_data
from ..data.own import OWN
from ..errors import SpecError, StoreError, quoted
from ..machine.files import as_path
from ..store.planned import stored_study
from ..store.store import Store
from ..study.own_grid import check_same_grid, is_own_grid
from ..study.study import Study
from .export_form import TABLES, told
from .export_reader import Exported, read_export

Row = Mapping[str, object]

_PREDICTION = (*TABLES["prediction"], "classes")


@dataclass
class ImportSummary:
    """What `import_results` did.

    Attributes:
        study: whose runs they are.
        runs: how many the folder holds with an outcome.
        added: those that the store did not have with that outcome.
        kept: those that it had, of which it keeps its own.
        differing: keys among the kept whose numbers differ, as they can from another processor.
    """

    study: str
    runs: int = 0
    added: int = 0
    kept: int = 0
    differing: list[str] = field(default_factory=list)


def import_results(directory: str | Path, *, store: str | Path | None = None) -> ImportSummary:
    """Bring exported runs into a store.

    Nothing is written before everything is verified: every file by its SHA-256, and all that
    `verify_store` proves of a store. A run that the store has done already stays as it is; one
    that is missing or failed there is taken.

    Args:
        directory: a folder that `export_results` wrote.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store; made when it is missing.

    Raises:
        StoreError: naming the file and what does not verify.
        DataError: for data of one's own that is damaged.
    """
    folder = as_path(directory, "directory")
    with told(folder), read_export(folder) as exported:
        tables = {
            table: exported.store.raw_rows(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
            for table, columns in {**TABLES, "prediction": _PREDICTION}.items()
        }
        with Store(store, write=True) as opened:
            _check_name(opened, exported)
            for one, images in exported.data:
                keep_data(opened.folder, OWN, one.digest, images, one.classes)
            return _merge(opened, exported.study, tables)


def _check_name(store: Store, exported: Exported) -> None:
    """Refuse a grid under a name by which the store knows another one: it would hide its runs.

    One of the two may have more rows than the other.
    """
    both = [one.definition(exported.study) for one in (store, exported.store)]
    known, given = map(_own_grid, both)
    if None in both or both[0] == both[1] or known is given is None:
        return
    pairs = ((known, given), (given, known))
    if None in (known, given) or not any(_extends(*pair, store.folder) for pair in pairs):
        raise StoreError(
            f"The store {store.folder} has a grid or a study called {quoted(exported.study)} which "
            f"is another one, and one would hide the other: import it into another --store."
        )


def _extends(grid: Study, other: Study, folder: Path) -> bool:
    """Say whether a grid has the settings of another one, and its rows among its own."""
    try:
        check_same_grid(grid, other, folder)
    except (SpecError, KeyError):  # one of somebody else's may lack what ours always have
        return False
    return True


def _own_grid(definition: object) -> Study | None:
    """Read a grid of one's own; None for a study, and for what another version wrote."""
    with contextlib.suppress(SpecError):
        study = stored_study(definition)
        return study if is_own_grid(study) else None
    return None


def _merge(store: Store, study: str, tables: Mapping[str, Sequence[Row]]) -> ImportSummary:
    summary = ImportSummary(study)
    with store.transaction() as cursor:
        for table in ("study", "environment"):
            _insert(cursor, table, tables[table])
        _insert(cursor, "run", [{"key": r["key"], "spec": r["spec"]} for r in tables["run"]])
        _insert(cursor, "plan", tables["plan"])
        _insert(cursor, "look", tables["look"])
        taken = set(_take(cursor, tables["run"], summary))
        _insert(cursor, "epoch", _of(tables["epoch"], taken))
        _insert(cursor, "prediction", _of(tables["prediction"], taken))
        _insert(cursor, "attempt", _of(tables["attempt"], taken))
        summary.differing = _differing(cursor, tables["epoch"], taken)
    return summary


def _insert(cursor: sqlite3.Cursor, table: str, rows: Sequence[Row]) -> None:
    """Add rows; what is there by its key stays as it is."""
    if rows:
        names = rows[0].keys()
        values = ", ".join(f":{name}" for name in names)
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT DO NOTHING",  # noqa: S608 - names of our own
            [dict(row) for row in rows],
        )


def _of(rows: Sequence[Row], runs: set[str]) -> list[Row]:
    return [row for row in rows if row["run"] in runs]


def _take(cursor: sqlite3.Cursor, runs: Sequence[Row], summary: ImportSummary) -> Iterator[str]:
    """Give outcomes to runs that have none here, or have failed and are done there."""
    for row in runs:
        if row["outcome"] is None:
            continue
        summary.runs += 1
        here = cursor.execute("SELECT outcome FROM run WHERE key = ?", (row["key"],)).fetchone()[0]
        if here == "done" or here == row["outcome"]:
            summary.kept += 1
            continue
        summary.added += 1
        for table in ("epoch", "prediction"):  # of a failed run there are none
            cursor.execute(f"DELETE FROM {table} WHERE run = ?", (row["key"],))  # noqa: S608
        cursor.execute("UPDATE attempt SET forgiven = 1 WHERE run = ?", (row["key"],))
        cursor.execute(
            "UPDATE run SET outcome = :outcome, failure = :failure, message = :message, "
            "ended = :ended, seconds = :seconds, parameters = :parameters, "
            "best_epoch = :best_epoch, environment = :environment WHERE key = :key",
            dict(row),
        )
        yield row["key"]


def _differing(cursor: sqlite3.Cursor, epochs: Sequence[Row], taken: set[str]) -> list[str]:
    """Find the kept runs whose scores here are not those of the folder."""
    query = "SELECT loss, accuracy, val_loss, val_accuracy FROM epoch WHERE run = ? AND epoch = ?"
    found = {}
    for row in epochs:
        if row["run"] not in taken:
            here = cursor.execute(query, (row["run"], row["epoch"])).fetchone()
            there = tuple(row[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy"))
            if here is not None and here != there:
                found[row["run"]] = None
    return list(found)
