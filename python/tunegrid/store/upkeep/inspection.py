"""Go through a store, check by check, and say what is not as it should be."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ...data.datasets import DATASETS
from ...data.own import OWN
from ...errors import OtherVersionError, StoreError, quoted
from ...machine.outside import sha256_outside
from ...plan.labels import labels_of
from ...plan.runs import DataSpec, RunSpec, canonical
from ..looks import has_looks
from ..store import Store
from ..weights import WEIGHTS_MOST, weights_file
from .cells import wrong_cells
from .findings import CHECKS, Finding, Row, digest, short, unread
from .plans import Plans
from .soundness import wrong_epochs, wrong_prediction, wrong_run


class Inspection:
    """Goes through a store.

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
        self._unseen: set[str] = set()
        self._training: set[str] = set()
        self._plans = Plans(store, study, self.checked)

    def findings(self) -> Iterator[Finding]:
        """Yield what is not as it should be; a part that cannot be read is a finding too.

        Every repair must leave nothing here but what is yet to be trained.
        """
        parts: list[tuple[Callable[[], Iterator[Finding]], Sequence[str]]] = [
            (self._file, ["file"]),
            (self._plans.findings, ["plans"]),
            (self._runs, [name for name in CHECKS if name not in ("file", "plans", "looks")]),
            (self._cells, list(CHECKS)),
            (self._leftovers, ["weights"]),
        ]
        for part, names in parts:
            try:
                yield from part()
            except StoreError as error:
                yield from (unread(name, error) for name in names)

    def without_labels(self) -> list[str]:
        """Name the data sets that were not at hand to compute accuracies again."""
        titles = {name: known.title for name, known in DATASETS.items()}
        titles[OWN] = "data of one's own"
        return [titles.get(name, name) for name in sorted(self._unseen)]

    def _file(self) -> Iterator[Finding]:
        self.checked["file"] += 1
        for (said,) in self._store.raw_rows("PRAGMA integrity_check"):
            if said != "ok":
                yield Finding("file", "wrong", f"SQLite says: {said}")
        for table, _, parent, _ in self._store.raw_rows("PRAGMA foreign_key_check"):
            said = f"{table} names a row of {parent} that is not there"
            yield Finding("file", "wrong", said, "remove orphans")

    def _cells(self) -> Iterator[Finding]:
        query = "SELECT count(*) FROM look WHERE :study IS NULL OR study = :study"
        asked = {"study": self._study}
        if has_looks(self._store):
            self.checked["looks"] = self._store.raw_rows(query, asked)[0][0]
        query = "SELECT run FROM plan WHERE study = :study"
        own = {row[0] for row in self._store.raw_rows(query, asked)}

        def concerns(row: Row) -> bool:
            names = set(row.keys())
            about = [row[one] for one in ("study", "id", "run", "key") if one in names]
            return self._study is None or any(one == self._study or one in own for one in about)

        yield from wrong_cells(self._store, concerns)

    # Runs

    def _runs(self) -> Iterator[Finding]:
        query = """
            SELECT run.*,
              (SELECT count(*) FROM attempt
               WHERE run = key AND outcome = 'done' AND NOT forgiven) AS times,
              (SELECT count(*) FROM attempt WHERE run = key AND ended IS NULL) AS open,
              (SELECT count(*) FROM epoch WHERE run = key)
                + (SELECT count(*) FROM prediction WHERE run = key) AS scores
            FROM run WHERE :study IS NULL OR key IN (SELECT run FROM plan WHERE study = :study)"""
        awaited: Counter[str] = Counter()
        self._training = self._store.in_training()
        for stored in self._store.raw_rows(query, {"study": self._study}):
            row = dict(stored)
            self.checked["keys"] += 1
            if not isinstance(row["spec"], str) or digest(row["spec"]) != row["key"]:
                strange = self._strange_key(row)
                yield strange
                if strange.spec is None:
                    continue
                row["spec"] = strange.spec  # what else is wrong must be mended with it
            spec = self._spec(row)
            if isinstance(spec, Finding):
                yield spec
            yield from self._outcome(row, awaited)
            yield from self._attempts(row)
            if row["outcome"] == "done":
                if isinstance(spec, RunSpec):
                    yield from self._scores(row, spec)
                yield from self._environment(row)
                yield from self._weights(row)
        for how, count in awaited.items():
            said = f"{count} {'run is' if count == 1 else 'runs are'} {how}"
            yield Finding("runs", "incomplete", said, count=count)

    def _spec(self, row: Row) -> RunSpec | Finding:
        key = row["key"]
        try:
            return RunSpec.from_json(row["spec"])
        except OtherVersionError:
            said = f"{short(key)} cannot be checked: another version of tunegrid made it"
            return Finding("keys", "note", said, key=key)
        except StoreError as error:
            said = f"{short(key)} has a spec that is none ({quoted(error)})"
            return Finding("keys", "wrong", said, "remove run", key)

    def _strange_key(self, row: Row) -> Finding:
        """Say that a spec is not that of its key, and make it anew from the plan if that gives it.

        The key is the spec's digest: what has that digest is the spec, however it was found.
        """
        key = row["key"]
        found = next((text for text in self._plans.specs(key) if digest(text) == key), None)
        repair = "remove run" if found is None else "write spec"
        said = f"{short(key)} is not the key of its spec, or that cannot be read"
        return Finding("keys", "wrong", said, repair, key, spec=found)

    def _outcome(self, row: Row, awaited: Counter[str]) -> Iterator[Finding]:
        self.checked["runs"] += 1
        key = row["key"]
        if row["outcome"] == "done":
            if row["times"] != 1:
                said = f"{short(key)} was done {row['times']} times, and must be done once"
                yield Finding("runs", "wrong", said, "count attempts", key)
        elif row["outcome"] == "failed":
            said = f"{short(key)} failed ({row['failure']}): {quoted(row['message'])}"
            yield Finding("runs", "incomplete", said, key=key)
        else:
            awaited["in training" if key in self._training else "missing"] += 1
        if row["outcome"] != "done" and row["scores"]:
            said = f"{short(key)} is not done, and has epochs or predictions"
            yield Finding("epochs", "wrong", said, "train again", key)

    def _attempts(self, row: Row) -> Iterator[Finding]:
        self.checked["attempts"] += 1
        key = row["key"]
        if not row["open"] or key in self._training:
            return
        if row["outcome"] is None:
            said = f"{short(key)} was in training when its driver ended"
            yield Finding("attempts", "note", said, "end attempt", key)
        else:
            said = f"{short(key)} ended, its attempt did not"
            yield Finding("attempts", "wrong", said, "end attempt", key)

    def _scores(self, row: Row, spec: RunSpec) -> Iterator[Finding]:
        key = row["key"]
        of_run = {"run": key}
        epochs = self._store.raw_rows("SELECT * FROM epoch WHERE run = :run ORDER BY epoch", of_run)
        self.checked["epochs"] += 1
        said = wrong_run(row) or wrong_epochs(epochs, spec, row["best_epoch"])
        if said:
            yield Finding("epochs", "wrong", f"{short(key)} {said}", "train again", key)
            return
        self.checked["predictions"] += 1
        query = "SELECT after, accuracy, loss, classes FROM prediction WHERE run = :run"
        scores = {score["after"]: score for score in self._store.raw_rows(query, of_run)}
        labels = self._labels_of(spec.data)
        for after, number in (("last", spec.epochs), ("best", row["best_epoch"])):
            epoch = epochs[number - 1] if spec.data.validation == "test" else None
            said = wrong_prediction(scores.get(after), epoch, spec, labels)
            if said:
                text = f"{short(key)} {said} after its {after} epoch"
                yield Finding("predictions", "wrong", text, "train again", key)

    def _labels_of(self, data: DataSpec) -> np.ndarray | None:
        """Load the labels of a run's test images; None when they are not on this machine."""
        where = {"store": self._store.folder, "data_dir": self._data_dir}
        try:
            labels = labels_of(data, **where)
        except StoreError:  # a data set of a newer version
            labels = None
        if labels is None:
            self._unseen.add(data.dataset)
        return labels

    def _environment(self, row: Row) -> Iterator[Finding]:
        self.checked["environments"] += 1
        query = "SELECT description FROM environment WHERE id = :id"
        found = self._store.raw_rows(query, {"id": row["environment"]})
        text = found[0][0] if found else None
        try:
            said = json.loads(text)
            is_named = digest(text) == row["environment"] and _says_all(said)
            is_named = is_named and canonical(said) == text  # or SQLite may read it otherwise
        except (ValueError, TypeError, AttributeError, RecursionError):
            is_named = False
        if not is_named:
            said = f"{short(row['key'])} does not say what it was made with"
            yield Finding("environments", "wrong", said, "train again", row["key"])

    # Files

    def _weights(self, row: Row) -> Iterator[Finding]:
        if row["weights_sha256"] is None:
            return
        self.checked["weights"] += 1
        file = weights_file(self._store.folder, row["key"])
        repair: str | None = "forget weights"
        try:
            is_whole = (
                sha256_outside(file, limit=WEIGHTS_MOST, error=StoreError) == row["weights_sha256"]
            )
        except FileNotFoundError:
            said = f"{file.name} is missing"
        except StoreError as error:
            said, repair = str(error).rstrip("."), None
        except OSError as error:
            said, repair = f"{file.name} cannot be read ({error.strerror})", None
        else:
            said = "" if is_whole else f"{file.name} is not as it was written (its SHA-256 differs)"
        if said and self._names_weights(row):
            yield Finding("weights", "wrong", said, repair, row["key"])

    def _names_weights(self, row: Row) -> bool:
        """Look again: a driver may have let these weights go meanwhile."""
        query = "SELECT 1 FROM run WHERE key = :key AND weights_sha256 = :weights_sha256"
        names = ("key", "weights_sha256")
        return bool(self._store.raw_rows(query, {name: row[name] for name in names}))

    def _leftovers(self) -> Iterator[Finding]:
        if self._training:
            return  # a driver may be writing one
        for file in self._store.leftovers():
            said = f"{file.name} is left over and belongs to no run"
            yield Finding("weights", "note", said, "remove files")


def _says_all(environment: object) -> bool:
    return (
        isinstance(environment, dict)
        and {"packages", "backend"} <= set(environment)
        and isinstance(environment.get("processor"), str)
    )
