"""An exported folder that someone else may have made, read into a store of its own and proved.

The store is in memory, empty before, and held against itself as `verify` does it. So an import
refuses whatever a proof would find later, before anything is written where it would stay.
"""

import contextlib
import csv
import io
import math
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..data.datasets import Images
from ..data.kept import keep_data, read_kept
from ..data.own import OWN, digest_of
from ..errors import SpecError, StoreError, quoted
from ..machine.outside import MIB, opened
from ..plan.runs import DataSpec, RunSpec
from ..store.planned import stored_study
from ..store.store import Store
from ..store.upkeep.findings import digest
from ..store.upkeep.inspection import Inspection
from .export_form import (
    EMPTY,
    LATER,
    MANIFEST,
    PREDICTIONS,
    TABLES,
    data_file,
    own_datasets,
    verified_manifest,
)
from .predictions import grouped, read_classes

#: The most bytes of a table.
TABLE_MOST = 256 * MIB

_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_AGAIN = "get the export again"

Classes = Mapping[tuple[str, str], bytes]


@dataclass(frozen=True)
class Exported:
    """What an exported folder holds, proved whole.

    Attributes:
        study: whose runs they are.
        store: in memory, with all its tables.
        data: of one's own that was taken along, with its arrays.
    """

    study: str
    store: Store
    data: tuple[tuple[DataSpec, Images], ...]


@contextlib.contextmanager
def read_export(folder: Path) -> Iterator[Exported]:
    """Read an exported folder.

    Raises:
        StoreError: naming the folder or the file, and what does not verify.
        DataError: for data of one's own that is damaged.
        OSError: when a file cannot be read.
    """
    manifest = verified_manifest(folder)
    study, listed = str(manifest["study"]), manifest["files"]
    for name in [*(f"{table}.csv" for table in TABLES if table not in LATER), PREDICTIONS]:
        if name not in listed:
            raise StoreError(f"{folder / MANIFEST} does not list {name}: {_AGAIN}.")
    with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "none") as store:
        _fill(store, folder, [table for table in TABLES if f"{table}.csv" in listed])
        _check_study(store, folder, study)
        data = tuple(_own_data(store, folder, listed))
        for one, images in data:
            keep_data(store.folder, OWN, one.digest, images, one.classes)
        for finding in Inspection(store).findings():
            if finding.level == "wrong":
                raise StoreError(f"{folder} is no whole export: {finding.text}; {_AGAIN}.")
        yield Exported(study, store, data)


def _fill(store: Store, folder: Path, tables: list[str]) -> None:
    """Put the tables into an empty store, with the predicted classes."""
    with store.transaction() as cursor:
        for table in tables:
            file, names = folder / f"{table}.csv", list(TABLES[table])
            rows: Iterator[list[object]] = _rows(file, table, _types(cursor, table))
            if table == "prediction":
                listed = list(rows)
                classes = _classes(store, folder, listed)
                names = [*names, "classes"]
                rows = ([*row, classes.get((row[0], row[1]))] for row in listed)
            columns, places = ", ".join(names), ", ".join("?" * len(names))
            query = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - our own
            try:
                cursor.executemany(query, rows)
            except sqlite3.Error as error:
                raise StoreError(f"{file} holds what no store does ({error}): {_AGAIN}.") from None


def _types(cursor: sqlite3.Cursor, table: str) -> dict[str, str]:
    return {name: kind for _, name, kind, *_ in cursor.execute(f"PRAGMA table_info({table})")}


def _rows(file: Path, table: str, types: Mapping[str, str]) -> Iterator[list[object]]:
    """Read a table's rows; a cell that has not its column's type stays a text, and is found."""
    names = list(TABLES[table])
    blank = dict.fromkeys(EMPTY.get(table, ()), "")
    with opened(file, limit=TABLE_MOST, error=StoreError, links=False) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        reader = csv.reader(text, strict=True)
        try:
            if next(reader, None) != names:
                raise StoreError(f"{file} does not have the columns {', '.join(names)}.")
            for row in reader:
                if len(row) != len(names):
                    raise StoreError(
                        f"{file}: line {reader.line_num} has {len(row)} cells, not {len(names)}: "
                        f"{_AGAIN}."
                    )
                cells = zip(names, row, strict=True)
                yield [_typed(types[name], cell, blank.get(name)) for name, cell in cells]
        except (csv.Error, UnicodeDecodeError) as error:
            said = quoted(error)
            raise StoreError(f"{file} is damaged ({said}): {_AGAIN}.") from None
        finally:
            text.detach()


def _typed(kind: str, cell: str, blank: str | None = None) -> object:
    if cell == "":
        return blank
    if kind == "INTEGER" and _WHOLE.fullmatch(cell) and -(2**63) <= int(cell) < 2**63:
        return int(cell)
    if kind == "REAL":
        with contextlib.suppress(ValueError):
            number = float(cell)
            return number if math.isfinite(number) else cell
    return cell


def _classes(store: Store, folder: Path, scores: list[list[object]]) -> Classes:
    """Read the predicted classes of the runs that have scores."""
    scored = {str(run) for run, *_ in scores}
    rows = store.raw_rows("SELECT key, spec FROM run ORDER BY key")
    runs = [(key, _spec(folder, spec).data.described) for key, spec in rows]
    groups = grouped((key, data) for key, data in runs if key in scored)
    return read_classes(folder / PREDICTIONS, groups)


def _spec(folder: Path, text: object) -> RunSpec:
    try:
        return RunSpec.from_json(str(text))
    except StoreError as error:
        raise StoreError(f"{folder / 'run.csv'} cannot be read: {error}") from None


def _check_study(store: Store, folder: Path, study: str) -> None:
    """Refuse what is of another study than the manifest says, or belongs to no run of it."""
    query = "SELECT id FROM study UNION SELECT study FROM plan UNION SELECT study FROM look"
    for (other,) in store.raw_rows(query):
        if other != study:
            said = f"is of the study {quoted(study)} and holds something of {quoted(other)}"
            raise StoreError(f"{folder} {said}: {_AGAIN}.")
    if store.raw_rows("SELECT 1 FROM run WHERE key NOT IN (SELECT run FROM plan)"):
        raise StoreError(f"{folder}: run.csv has a run that plan.csv does not name: {_AGAIN}.")
    for name, text in store.raw_rows("SELECT id, description FROM environment"):
        if digest(str(text)) != name:
            said = "a description that has not its digest"
            raise StoreError(f"{folder}: environment.csv has {said}: {_AGAIN}.")
    for (text,) in store.raw_rows("SELECT definition FROM study"):
        try:
            stored_study(str(text))
        except SpecError as error:
            raise StoreError(
                f"{folder}: study.csv holds a study file that cannot be read: {error}"
            ) from None


def _own_data(
    store: Store, folder: Path, listed: Mapping[str, str]
) -> Iterator[tuple[DataSpec, Images]]:
    """Read the data of one's own that was taken along, no more of it than its runs' specs say."""
    for one in own_datasets(spec for (spec,) in store.raw_rows("SELECT spec FROM run")):
        if data_file(one.digest) not in listed:
            continue
        file, known = folder / data_file(one.digest), one.described
        examples = (known.train_images + known.test_images) * (4 * math.prod(known.shape) + 2)
        images, classes = read_kept(file, most=examples + MIB)
        if digest_of(images, classes) != one.digest:
            raise StoreError(f"{file} is not the data that is meant: {_AGAIN}.")
        yield one, images
