"""Results as a folder of csv files, to read them elsewhere and to bring them together.

A file for each of the store's tables, cut down to what is exported, the predictions in one HDF5
file, tidy tables and comparisons for people, a data dictionary, and a manifest with the SHA-256 of
each file.
Weights stay behind: they are large, and the runs that they belong to can be trained again.
"""

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..data.datasets import label_type
from ..data.kept import kept_file
from ..errors import SpecError, StoreError
from ..machine.files import as_path, sha256_of
from ..machine.outside import opened
from ..plan.runs import DataSpec, RunSpec
from ..store.looks import has_looks
from ..store.store import Store, find_study
from ..study.study import Study
from .export_form import (
    FILE_MOST,
    FORMAT,
    MANIFEST,
    PREDICTIONS,
    TABLES,
    data_file,
    own_datasets,
    read_manifest,
    told,
)
from .figures import figures
from .predictions import check_room, grouped, write_classes
from .sheets import frames_of, sheets

_PLANNED = """
SELECT DISTINCT run FROM plan WHERE study = :study
  AND (:experiments IS NULL OR experiment IN (SELECT value FROM json_each(:experiments)))"""

_SELECTIONS = {
    "study": "SELECT {columns} FROM study WHERE id = :study ORDER BY added, digest",
    "environment": "SELECT {columns} FROM environment WHERE id IN "
    "(SELECT environment FROM run WHERE key IN ({planned})) ORDER BY id",
    "run": "SELECT {columns} FROM run WHERE key IN ({planned}) ORDER BY key",
    "plan": "SELECT {columns} FROM plan WHERE study = :study "
    "AND (:experiments IS NULL OR experiment IN (SELECT value FROM json_each(:experiments))) "
    "ORDER BY protocol, experiment, configuration, departures, replicate, run",
    "epoch": "SELECT {columns} FROM epoch WHERE run IN ({planned}) ORDER BY run, epoch",
    "prediction": "SELECT {columns} FROM prediction WHERE run IN ({planned}) ORDER BY run, after",
    "look": "SELECT {columns} FROM look WHERE study = :study ORDER BY protocol, claim, number",
    "attempt": "SELECT {columns} FROM attempt WHERE run IN ({planned}) "
    "AND ended IS NOT NULL ORDER BY run, id",
}


@dataclass(frozen=True)
class ExportSummary:
    """What `export_results` wrote.

    Attributes:
        folder: where it is.
        planned, done: how many runs, and how many of them are done.
        left: the names of data of one's own that was not taken along.
    """

    folder: Path
    planned: int
    done: int
    left: Sequence[str] = ()


def export_results(
    study: str | Path | Study,
    directory: str | Path,
    *,
    experiments: str | Sequence[str] | None = None,
    with_data: bool = False,
    store: str | Path | None = None,
) -> ExportSummary:
    """Write a study's runs to a folder that pandas or read.csv can read.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        directory: made when it does not exist; an earlier export in it is replaced.
        experiments: names; all by default.
        with_data: take data of one's own along, as `data-DIGEST.npz`; `data.csv` names it anyway.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Raises:
        StoreError: when the folder holds something else, or cannot be written; when data that is
            to be taken along is not there.
        SpecError: when tables of two protocols would have one name.
    """
    study = find_study(study, store=store)
    names = study.pick_experiments(experiments) if experiments else None
    folder = as_path(directory, "directory")
    with Store(store) as opened, told(folder):
        files = dict(_csv_files(opened, study.id, names))
        rows = [dict(row) for row in _selected(opened, "run", study.id, names)]
        if not rows:
            raise StoreError(f"The store {opened.folder} has no runs of {study.id} to export.")
        _prepare(folder)
        found = frames_of(study, names or list(study.experiments), opened.folder)
        people = sheets(study, found)
        _check_names([one.name for one in people])
        files |= {one.name: one.csv() for one in people}
        drawn = list(figures(found))
        meanings = [(one.name, one.meaning) for one in people]
        meanings += [(name, meaning) for name, _, meaning in drawn]
        files["dictionary.csv"] = _dictionary(meanings)
        own = own_datasets(row["spec"] for row in rows)
        names_of = {one.digest: name for name, one in study.datasets.items()}
        taken = [_take_data(opened.folder, folder, one) for one in own] if with_data else []
        if own:
            files["data.csv"] = _data_csv(own, names_of)
        for name, text in files.items():
            _replace(folder / name, text.encode())
        for name, content, _ in drawn:
            _replace(folder / name, content)
        _write_predictions(folder, opened, [row["key"] for row in rows])
        pictures = [name for name, _, _ in drawn]
        _write_manifest(folder, study.id, [*files, *pictures, *taken, PREDICTIONS])
    done = sum(row["outcome"] == "done" for row in rows)
    left = [] if with_data else [names_of.get(one.digest, one.digest[:12]) for one in own]
    return ExportSummary(folder, len(rows), done, left)


def _check_names(names: Sequence[str]) -> None:
    """Refuse two tables in one file: a protocol a, with b-c, and one a-b, with c, have the same."""
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        raise SpecError(
            f"Two protocols have a table called {double[0]}: call one of them otherwise."
        )


def _data_csv(own: Sequence[DataSpec], names: Mapping[str, str]) -> str:
    columns = ("digest", "name", "shape", "classes", "train_images", "test_images", "file")
    return _csv(
        columns,
        [
            (one.digest, names.get(one.digest, ""), "x".join(map(str, one.shape)), one.classes,
             one.train_images, one.test_images, data_file(one.digest))
            for one in own
        ],
    )  # fmt: skip


def _take_data(store: Path, folder: Path, data: DataSpec) -> str:
    """Copy kept data into the folder; return the file's name there."""
    kept, name = kept_file(store, data.digest), data_file(data.digest)
    if not kept.is_file():
        raise StoreError(f"{kept} is missing, so the data cannot be taken along.")
    beside = _beside(folder / name)
    with (
        opened(kept, limit=FILE_MOST, error=StoreError, links=False) as source,
        beside.open("xb") as target,
    ):
        shutil.copyfileobj(source, target)
    beside.replace(folder / name)
    return name


def _selected(
    store: Store, table: str, study: str, experiments: Sequence[str] | None
) -> list[Mapping[str, object]]:
    if table == "look" and not has_looks(store):
        return []
    query = _SELECTIONS[table].format(columns=", ".join(TABLES[table]), planned=_PLANNED)
    chosen = None if experiments is None else json.dumps(list(experiments))
    return store.rows(query, {"study": study, "experiments": chosen})


def _csv_files(
    store: Store, study: str, experiments: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    for table, columns in TABLES.items():
        yield f"{table}.csv", _csv(columns, _selected(store, table, study, experiments))


def _csv(columns: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """Write csv: floats with all their digits, NULL as an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(tuple(row) for row in rows)
    return text.getvalue()


def _dictionary(tables: Iterable[tuple[str, str]]) -> str:
    rows = [
        (f"{table}.csv", name, meaning)
        for table, columns in TABLES.items()
        for name, meaning in columns.items()
    ]
    predictions = "one row a run as in `key`: the class (from 0) of each test image after the"
    rows += [
        (PREDICTIONS, "key", "text: key in run.csv, in groups by the number of test images"),
        (PREDICTIONS, "last", f"{predictions} last epoch"),
        (PREDICTIONS, "best", f"{predictions} best epoch"),
        ("data.csv", "", "data of one's own that runs are of: its digest, name, shape and sizes"),
        ("data-*.npz", "", "these data, where they were taken along, by digest"),
        ("results-*.csv", "", "one row a run for people, as `tune-grid results --any` prints it"),
        (
            "comparison-*.csv",
            "",
            "ours beside the published, as `tune-grid table` has it; NA: none",
        ),
        *((name, "", meaning) for name, meaning in tables),
    ]
    return _csv(("file", "column", "meaning"), rows)


def _prepare(folder: Path) -> None:
    """Make the folder, or take an earlier export's manifest away: it is no export until the end."""
    if folder.exists() and any(folder.iterdir()) and not _is_export(folder):
        raise StoreError(f"{folder} is not empty and holds no export: give a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)


def _is_export(folder: Path) -> bool:
    """Say whether a manifest is one of an export: other programs have a manifest.json, too."""
    try:
        return bool(read_manifest(folder))
    except StoreError:
        return False


def _replace(file: Path, content: bytes) -> None:
    beside = _beside(file)
    with beside.open("xb") as stream:
        stream.write(content)
    beside.replace(file)


def _beside(file: Path) -> Path:
    """Name the place where a file is written first, and take away what is there: it may lead on."""
    beside = file.with_name(f".{file.name}.part")
    beside.unlink(missing_ok=True)
    return beside


def _write_predictions(folder: Path, store: Store, keys: Sequence[str]) -> None:
    """Write the classes of all runs as matrices, a group for each number of test images."""
    rows = store.rows(
        "SELECT last.run, spec, last.classes, best.classes FROM prediction AS last "
        "JOIN run ON key = last.run "
        "JOIN prediction AS best ON best.run = last.run AND best.after = 'best' "
        "WHERE last.after = 'last' AND last.run IN (SELECT value FROM json_each(:keys)) "
        "ORDER BY last.run",
        {"keys": json.dumps(list(keys))},
    )
    data = {key: RunSpec.from_json(spec).data.described for key, spec, *_ in rows}
    classes: dict[tuple[str, str], bytes] = {}
    for key, _, last, best in rows:
        width = label_type(data[key].classes).itemsize
        if {len(last), len(best)} != {data[key].test_images * width}:
            raise StoreError(
                f"The predictions of run {key[:12]} are damaged: see `tune-grid verify` and "
                f"`tune-grid repair`."
            )
        classes |= {(key, "last"): last, (key, "best"): best}
    groups = grouped(data.items())
    check_room(groups)
    beside = _beside(folder / PREDICTIONS)
    write_classes(beside, groups, classes)
    beside.replace(folder / PREDICTIONS)


def _write_manifest(folder: Path, study: str, files: Iterable[str]) -> None:
    digests = {name: sha256_of(folder / name) for name in sorted(files)}
    manifest = {"format": FORMAT, "study": study, "files": digests}
    _replace(folder / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
