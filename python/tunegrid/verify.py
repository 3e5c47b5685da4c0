"""Prove a store whole: everything in it is held against everything else, and computed again."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from .database import FILE, store_path
from .datasets import DATASETS, SHAPES, load_dataset
from .errors import DamagedStoreError, DataError, SpecError, StoreError
from .exchange import sha256_of
from .plans import expected_spec, planned_configuration
from .runs import RunSpec
from .sources import find_dataset
from .store import Store
from .study import Study, load_study
from .weights import leftover_files, weights_file

Row = Mapping[str, object]

#: What is checked, in this order, and what it means that it holds.
CHECKS: Mapping[str, str] = {
    "file": "SQLite finds the file whole, and every reference in it leads somewhere",
    "runs": "every planned run is done, and was done once",
    "keys": "every key is the SHA-256 of its run's spec",
    "plans": "every planned configuration gives its run, departures from the protocol marked",
    "epochs": "every done run has all its epochs, and its best one is the best",
    "predictions": "every done run has the class of each test image, and they give its accuracy",
    "environments": "every done run names what it was made with",
    "attempts": "every attempt has ended, or is in training",
    "weights": "every weights file that a run names is there, with its SHA-256",
}

_TEST_IMAGES = SHAPES["x_test"][0]


@dataclass(frozen=True)
class Finding:
    """Something about a store that is not as it should be.

    Attributes:
        check: which of `CHECKS`.
        level: `wrong`; `incomplete`, for what is yet to be trained; `note`, for what takes
            care of itself.
        text: what it is, for people.
        key: of the run that it is about, if it is about one.
        row: of the plan, if it is about one.
        count: how many things it is about.
    """

    check: str
    level: Literal["wrong", "incomplete", "note"]
    text: str
    key: str | None = None
    row: tuple[object, ...] | None = None
    count: int = 1


def verify_store(
    study: str | Path | Study | None = None,
    *,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> pd.DataFrame:
    """Hold a store's content against itself: plans, keys, results, environments, files.

    Args:
        study: only this one's runs; all by default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, whose labels the predictions are held against.

    Returns:
        One row a check: check, state (`ok`, `incomplete` when runs are yet to be trained,
        `wrong`), checked (how many things), found (how many of them are not as they should
        be), meaning, detail (the first of these). `attrs["findings"]` has them all in sentences.

    Raises:
        StoreError: when there is no store, or a newer tunegrid wrote it.
    """
    wanted = None if study is None else load_study(study).id
    checked = dict.fromkeys(CHECKS, 0)
    unseen: list[str] = []
    try:
        with open_whole(store) as opened:
            inspection = Inspection(opened, study=wanted, data_dir=data_dir)
            findings = list(inspection.findings())
            checked, unseen = inspection.checked, inspection.without_labels()
    except DamagedStoreError as error:  # already at its first page
        findings = [_unread(name, error) for name in CHECKS]
    frame = pd.DataFrame([_summary(name, checked[name], findings) for name in CHECKS])
    frame.attrs["findings"] = [f"{one.check}: {one.text}" for one in findings]
    frame.attrs["findings"] += [
        f"predictions: accuracies were not computed again, for want of {name}" for name in unseen
    ]
    return frame


def open_whole(store: str | Path | None, *, write: bool = False) -> Store:
    """Open a store that must exist.

    Raises:
        StoreError: when it does not.
    """
    folder = store_path(store)
    if not (folder / FILE).exists():
        raise StoreError(f"There is no store in {folder}: give another --store.")
    return Store(folder, write=write)


class Inspection:
    """Goes through a store, check by check.

    Attributes:
        checked: how many things each check has looked at.
    """

    def __init__(
        self,
        store: Store,
        *,
        study: str | None = None,
        data_dir: str | Path | None = None,
    ) -> None:
        self.checked = dict.fromkeys(CHECKS, 0)
        self._store = store
        self._study = study
        self._data_dir = data_dir
        self._labels: dict[str, np.ndarray | None] = {}
        self._training = store.in_training()

    def findings(self) -> Iterator[Finding]:
        """Yield what is not as it should be; a part that cannot be read is a finding too.

        Every repair must leave nothing here but what is yet to be trained.
        """
        parts: list[tuple[Callable[[], Iterator[Finding]], Sequence[str]]] = [
            (self._file, ["file"]),
            (self._plans, ["plans"]),
            (self._runs, [name for name in CHECKS if name not in ("file", "plans")]),
            (self._leftovers, ["weights"]),
        ]
        for part, names in parts:
            try:
                yield from part()
            except StoreError as error:
                yield from (_unread(name, error) for name in names)

    def _file(self) -> Iterator[Finding]:
        self.checked["file"] += 1
        for (said,) in self._store.rows("PRAGMA integrity_check"):
            if said != "ok":
                yield Finding("file", "wrong", f"SQLite says: {said}")
        for table, _, parent, _ in self._store.rows("PRAGMA foreign_key_check"):
            yield Finding("file", "wrong", f"{table} names a row of {parent} that is not there")

    # Plans

    def _plans(self) -> Iterator[Finding]:
        studies = self._studies()
        settled: dict[tuple[object, ...], list] = {}
        query = "SELECT plan.*, spec FROM plan LEFT JOIN run ON run.key = plan.run"
        for row in self._store.rows(f"{query} WHERE :study IS NULL OR study = :study", self._one):
            self.checked["plans"] += 1
            *place, replicate, key, text = row
            try:
                spec = RunSpec.from_json(text or "")
            except StoreError:
                continue  # told of by its key
            place = tuple(place)
            if place not in settled:
                settled[place] = list(_configurations(studies.get(row["study"], []), row))
            if spec.seed != replicate or not any(
                expected_spec(one, spec).key == key
                and one.departures == json.loads(row["departures"])
                for one in settled[place]
            ):
                said = f"{_short(key)} is not what {' '.join(map(str, place))} asks for"
                yield Finding("plans", "wrong", said, row=(*place, replicate, key))

    def _studies(self) -> dict[str, list[Study]]:
        """Read the study files as they were when the plans were written."""
        found: dict[str, list[Study]] = {}
        for row in self._store.rows("SELECT id, definition FROM study"):
            try:
                definition = {**json.loads(row["definition"]), "folder": Path()}
                found.setdefault(row["id"], []).append(Study.model_validate(definition))
            except (ValueError, TypeError):
                continue  # its plans will say so
        return found

    # Runs

    @property
    def _one(self) -> dict[str, object]:
        return {"study": self._study}

    def _runs(self) -> Iterator[Finding]:
        query = """
            SELECT run.*,
              (SELECT count(*) FROM attempt
               WHERE run = key AND outcome = 'done' AND NOT forgiven) AS times,
              (SELECT count(*) FROM attempt WHERE run = key AND ended IS NULL) AS open
            FROM run WHERE :study IS NULL OR key IN (SELECT run FROM plan WHERE study = :study)"""
        awaited: Counter[str] = Counter()
        for row in self._store.rows(query, self._one):
            yield from self._outcome(row, awaited)
            yield from self._attempts(row)
            spec = self._spec(row)
            if isinstance(spec, Finding):
                yield spec
            elif row["outcome"] == "done":
                yield from self._scores(row, spec)
                yield from self._environment(row)
                yield from self._weights(row)

        for how, count in awaited.items():
            said = f"{count} {'run is' if count == 1 else 'runs are'} {how}"
            yield Finding("runs", "incomplete", said, count=count)

    def _spec(self, row: Row) -> RunSpec | Finding:
        self.checked["keys"] += 1
        key, text = row["key"], row["spec"]
        try:
            spec = RunSpec.from_json(text)
            if hashlib.sha256(text.encode()).hexdigest() == key == spec.key:
                return spec
        except StoreError:
            return Finding("keys", "wrong", f"{_short(key)} has a spec that cannot be read", key)
        return Finding("keys", "wrong", f"{_short(key)} is not the key of its spec", key)

    def _outcome(self, row: Row, awaited: Counter[str]) -> Iterator[Finding]:
        self.checked["runs"] += 1
        key = row["key"]
        if row["outcome"] == "done":
            if row["times"] != 1:
                said = f"{_short(key)} was done {row['times']} times, and must be done once"
                yield Finding("runs", "wrong", said, key)
        elif row["outcome"] == "failed":
            said = f"{_short(key)} failed ({row['failure']}): {row['message']}"
            yield Finding("runs", "incomplete", said, key)
        else:
            awaited["in training" if key in self._training else "missing"] += 1

    def _attempts(self, row: Row) -> Iterator[Finding]:
        self.checked["attempts"] += 1
        key = row["key"]
        if row["open"] and row["outcome"] is not None:
            yield Finding("attempts", "wrong", f"{_short(key)} ended, its attempt did not", key)
        elif row["open"] and key not in self._training:
            said = f"{_short(key)} was in training when its driver ended"
            yield Finding("attempts", "note", said, key)

    def _scores(self, row: Row, spec: RunSpec) -> Iterator[Finding]:
        key = row["key"]
        of_run = {"run": key}
        epochs = self._store.rows("SELECT * FROM epoch WHERE run = :run ORDER BY epoch", of_run)
        self.checked["epochs"] += 1
        said = _wrong_epochs(epochs, spec, row["best_epoch"])
        if said:
            yield Finding("epochs", "wrong", f"{_short(key)} {said}", key)
            return
        self.checked["predictions"] += 1
        query = "SELECT after, accuracy, loss, classes FROM prediction WHERE run = :run"
        scores = {score["after"]: score for score in self._store.rows(query, of_run)}
        labels = self._labels_of(spec.data.dataset)
        for after, number in (("last", spec.epochs), ("best", row["best_epoch"])):
            validated = epochs[number - 1]["val_accuracy"]
            expected = validated if spec.data.validation == "test" else None
            said = _wrong_prediction(scores.get(after), expected, labels)
            if said:
                text = f"{_short(key)} {said} after its {after} epoch"
                yield Finding("predictions", "wrong", text, key)

    def _labels_of(self, dataset: str) -> np.ndarray | None:
        """Load the labels of a data set's test images; None when it is not on this machine."""
        if dataset not in self._labels:
            try:
                source = find_dataset(dataset, data_dir=self._data_dir, download=False)
                self._labels[dataset] = load_dataset(source).y_test
            except DataError:
                self._labels[dataset] = None
        return self._labels[dataset]

    def without_labels(self) -> list[str]:
        """Name the data sets that were not at hand to compute accuracies again."""
        return [DATASETS[name].title for name, labels in self._labels.items() if labels is None]

    def _environment(self, row: Row) -> Iterator[Finding]:
        self.checked["environments"] += 1
        query = "SELECT description FROM environment WHERE id = :id"
        found = self._store.rows(query, {"id": row["environment"]})
        text = found[0][0] if found else ""
        is_named = hashlib.sha256(text.encode()).hexdigest() == row["environment"]
        try:
            is_named = is_named and {"packages", "backend", "processor"} <= set(json.loads(text))
        except (ValueError, TypeError):
            is_named = False
        if not is_named:
            said = f"{_short(row['key'])} does not say what it was made with"
            yield Finding("environments", "wrong", said, row["key"])

    # Files

    def _weights(self, row: Row) -> Iterator[Finding]:
        if row["weights_sha256"] is None:
            return
        self.checked["weights"] += 1
        key = row["key"]
        file = weights_file(self._store.folder, key)
        try:
            is_whole = sha256_of(file) == row["weights_sha256"]
        except OSError:
            said = f"{file.name} is missing"
        else:
            said = "" if is_whole else f"{file.name} is not as it was written (its SHA-256 differs)"
        if said and self._names_weights(row):
            yield Finding("weights", "wrong", said, key)

    def _names_weights(self, row: Row) -> bool:
        """Look again: a driver may have let these weights go meanwhile."""
        query = "SELECT 1 FROM run WHERE key = :key AND weights_sha256 = :weights_sha256"
        names = ("key", "weights_sha256")
        return bool(self._store.rows(query, {name: row[name] for name in names}))

    def _leftovers(self) -> Iterator[Finding]:
        if self._training:
            return  # a driver may be writing one
        named = self._store.rows("SELECT key FROM run WHERE weights_sha256 IS NOT NULL")
        for file in leftover_files(self._store.folder, {key for (key,) in named}):
            yield Finding("weights", "note", f"{file.name} is left over and belongs to no run")


def _configurations(studies: list[Study], row: Row) -> Iterator:
    for study in studies:
        try:
            yield planned_configuration(study, row)
        except (SpecError, ValueError, KeyError, TypeError, AttributeError):
            continue


def _wrong_epochs(epochs: list[Row], spec: RunSpec, best: object) -> str:
    """Say what is wrong with a run's epochs, or nothing."""
    if [epoch["epoch"] for epoch in epochs] != list(range(1, spec.epochs + 1)):
        return f"has {len(epochs)} of {spec.epochs} epochs"
    for epoch in epochs:
        scores = [epoch[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        if not all(isinstance(score, float) and math.isfinite(score) for score in scores):
            return f"has a score that is no number in epoch {epoch['epoch']}"
    validated = [epoch["val_accuracy"] for epoch in epochs]
    if best != validated.index(max(validated)) + 1:
        return f"names epoch {best} as its best, and it is not"
    return ""


def _wrong_prediction(score: Row | None, expected: object, labels: np.ndarray | None) -> str:
    """Say what is wrong with the predictions of a run after some epoch, or nothing."""
    if score is None:
        return "has no predictions"
    classes = np.frombuffer(score["classes"], np.uint8)
    if len(classes) != _TEST_IMAGES:
        return f"has the classes of {len(classes)} test images out of {_TEST_IMAGES}"
    if expected is not None and score["accuracy"] != expected:
        return "has another accuracy than its epoch"
    if labels is not None and score["accuracy"] != float(np.mean(classes == labels)):
        return "has an accuracy that its predictions do not give"
    return ""


def _unread(check: str, error: StoreError) -> Finding:
    said = str(error) if check == "file" else "not checked to the end: the file cannot be read"
    return Finding(check, "wrong", said)


def _summary(name: str, checked: int, findings: Sequence[Finding]) -> dict[str, object]:
    own = [one for one in findings if one.check == name]
    levels = {one.level for one in own}
    state = next((level for level in ("wrong", "incomplete") if level in levels), "ok")
    more = f", and {len(own) - 1} more" if len(own) > 1 else ""
    return {
        "check": name,
        "state": state,
        "checked": checked,
        "found": sum(one.count for one in own),
        "meaning": CHECKS[name],
        "detail": f"{own[0].text}{more}" if own else "",
    }


def _short(key: object) -> str:
    return f"run {str(key)[:12]}"
