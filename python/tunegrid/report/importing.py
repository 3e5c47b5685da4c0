"""Bring an exported folder into a store: verified first, then all of it or nothing."""

import csv
import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import h5py

from ..data.datasets import Source
from ..data.kept import keep_data
from ..data.own import OWN
from ..data.reading import load_dataset
from ..errors import StoreError
from ..machine.files import as_path, sha256_of
from ..plan.runs import DataSpec, RunSpec
from ..store.store import Store
from .export_form import (
    LATER,
    MANIFEST,
    PREDICTIONS,
    TABLES,
    data_file,
    own_datasets,
    read_manifest,
    told,
)

Row = Mapping[str, object]

_INTEGERS = {"parameters", "best_epoch", "replicate", "epoch", "forgiven", "number", "runs"}
_NUMBERS = {
    "seconds", "loss", "accuracy", "val_loss", "val_accuracy", "alpha", "slack", "low", "high",
    "spent", "budget",
}  # fmt: skip


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

    Nothing is written before everything is verified: every file by its SHA-256, every key by its
    spec, every done run by its epochs and predictions. A run that the store has done already
    stays as it is; one that is missing or failed there is taken.

    Args:
        directory: a folder that `export_results` wrote.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store; made when it is missing.

    Raises:
        StoreError: naming the file and what does not verify.
    """
    folder = as_path(directory, "directory")
    with told(folder):
        study = _verify_files(folder)
        listed = read_manifest(folder)["files"]
        tables = {
            table: _read_csv(folder / f"{table}.csv", table) if f"{table}.csv" in listed else []
            for table in TABLES
        }
        classes = _read_classes(folder / PREDICTIONS)
    _verify_runs(folder, tables, classes)
    own = [one for one in own_datasets(row["spec"] for row in tables["run"]) if _has(listed, one)]
    sources = [Source(one.dataset, str(folder), folder / data_file(one.digest), one.digest)
               for one in own]  # fmt: skip
    for source in sources:
        load_dataset(source)
    with Store(store, write=True) as opened:
        for one, source in zip(own, sources, strict=True):
            keep_data(opened.folder, OWN, one.digest, load_dataset(source), one.classes)
        return _merge(opened, study, tables, classes)


def _has(listed: Mapping[str, str], data: DataSpec) -> bool:
    return data_file(data.digest) in listed


def _verify_files(folder: Path) -> str:
    """Hold every file against the manifest; return the study."""
    manifest = read_manifest(folder)
    file, digests = folder / MANIFEST, manifest["files"]
    for name in [*(f"{table}.csv" for table in TABLES if table not in LATER), PREDICTIONS]:
        if name not in digests:
            raise StoreError(f"{file} does not list {name}: get the export again.")
    for name, digest in digests.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise StoreError(f"{path} is missing: get the export again.")
        if sha256_of(path) != digest:
            raise StoreError(f"{path} is not as it was exported (its SHA-256 differs).")
    return manifest["study"]


def _read_csv(file: Path, table: str) -> list[Row]:
    """Read a table with the types of its columns; an empty cell is NULL."""
    with file.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        if rows.fieldnames != list(TABLES[table]):
            raise StoreError(f"{file} does not have the columns {', '.join(TABLES[table])}.")
        return [{name: _typed(table, name, text) for name, text in row.items()} for row in rows]


def _typed(table: str, name: str, text: str) -> object:
    if text == "":
        return None
    if name in _INTEGERS and (table, name) != ("plan", "run"):
        return int(text)
    return float(text) if name in _NUMBERS else text


def _read_classes(file: Path) -> dict[tuple[str, str], bytes]:
    """Read the predicted classes by run and by what they come after."""
    found = {}
    with h5py.File(file) as groups:
        for group in groups.values():
            keys = [key.decode() for key in group["key"][:]]
            for after in ("last", "best"):
                rows = zip(keys, group[after][:], strict=True)
                found |= {(key, after): row.tobytes() for key, row in rows}
    return found


def _verify_runs(
    folder: Path, tables: Mapping[str, Sequence[Row]], classes: Mapping[tuple[str, str], bytes]
) -> None:
    """Hold the tables against each other."""
    epochs: dict[str, list[Row]] = {}
    for row in tables["epoch"]:
        epochs.setdefault(row["run"], []).append(row)
    scored = {(row["run"], row["after"]) for row in tables["prediction"]}
    for row in tables["run"]:
        key, spec = row["key"], RunSpec.from_json(row["spec"])
        if hashlib.sha256(row["spec"].encode()).hexdigest() != key:
            raise StoreError(f"{folder}: the key {key[:12]}… is not that of its spec.")
        if row["outcome"] == "done":
            told_epochs = [epoch["epoch"] for epoch in epochs.get(key, [])]
            both = {(key, "last"), (key, "best")}
            if told_epochs != list(range(1, spec.epochs + 1)) or not both <= scored & set(classes):
                raise StoreError(f"{folder}: run {key[:12]}… lacks epochs or predictions.")
    known = {row["key"] for row in tables["run"]}
    for table in ("plan", "epoch", "prediction", "attempt"):
        strange = {row["run"] for row in tables[table]} - known
        if strange:
            raise StoreError(f"{folder}: {table}.csv names a run that run.csv does not have.")


def _merge(
    store: Store,
    study: str,
    tables: Mapping[str, Sequence[Row]],
    classes: Mapping[tuple[str, str], bytes],
) -> ImportSummary:
    summary = ImportSummary(study)
    with store.transaction() as cursor:
        for table in ("study", "environment"):
            _insert(cursor, table, tables[table])
        _insert(cursor, "run", [{"key": r["key"], "spec": r["spec"]} for r in tables["run"]])
        _insert(cursor, "plan", tables["plan"])
        _insert(cursor, "look", tables["look"])
        taken = set(_take(cursor, tables["run"], summary))
        _insert(cursor, "epoch", _of(tables["epoch"], taken))
        _insert(
            cursor,
            "prediction",
            [
                {**row, "classes": classes[row["run"], row["after"]]}
                for row in _of(tables["prediction"], taken)
            ],
        )
        _insert(cursor, "attempt", _of(tables["attempt"], taken))
        summary.differing = _differing(cursor, tables["epoch"], taken)
    return summary


def _insert(cursor: sqlite3.Cursor, table: str, rows: Sequence[Row]) -> None:
    """Add rows; what is there by its key stays as it is."""
    if rows:
        names = list(rows[0])
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
