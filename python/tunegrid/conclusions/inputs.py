"""What a store says of a study's configurations, as the arithmetic takes it."""

import dataclasses
import functools
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..plan.configuration import Configuration
from ..plan.grid import configurations
from ..plan.runs import canonical
from ..results.frames import as_frame, merge_names
from ..results.measures import APART
from ..results.published import confusion_of
from ..results.selection import select
from ..results.tidy import read_rows
from ..store.store import Store
from ..study.statistics import Statistics
from ..study.study import Study
from .arithmetic.replay import World, world_of
from .arithmetic.scores import Scores, score_frame
from .arithmetic.variance import CELL, seed_variance

_EPOCHS = """
SELECT run, epoch, loss, accuracy, val_loss, val_accuracy FROM epoch
WHERE epoch > :first AND run IN (SELECT value FROM json_each(:keys))"""
_SETTINGS = ("reported_accuracy", "reported_loss", "reported_epoch", "validation")
_NUMBERS = [
    f"{part}_{measure}" for part in ("train", "val", "test") for measure in ("accuracy", "loss")
]


@dataclass(frozen=True)
class Inputs:
    """A study's configurations under one protocol, with their runs.

    Attributes:
        study, protocol, settings: what is judged, and how.
        configurations: every cell, in the study's order.
        cells: a row a cell: experiment, configuration (its position in the experiment, from 0),
            group (within which variances are comparable), dataset, failed and diverged (runs),
            departs (whether there are runs that depart from the protocol).
        results: a row a finished run that follows the protocol, as `score_frame` takes it, with
            `cell`, its position in cells; `best_accuracy` and `best_test_accuracy` too.
        epochs: the last epochs of these runs.
        left_out: in sentences, what was not taken.
        store: the folder that it was read from.
    """

    study: Study
    protocol: str
    settings: Statistics
    configurations: Sequence[Configuration]
    cells: pd.DataFrame
    results: pd.DataFrame
    epochs: pd.DataFrame
    left_out: Sequence[str]
    store: Path

    @functools.cached_property
    def rows(self) -> list[Mapping[str, object]]:
        """What conditions can name, one mapping a cell."""
        return [one.row for one in self.configurations]

    @functools.cached_property
    def base(self) -> Scores:
        """The cells without scores, for asking which of them meet a condition."""
        return Scores(self.rows, np.zeros(len(self.rows)))

    def scores(self, measure: str = "accuracy") -> pd.DataFrame:
        """Give the runs' scores by a measure, with cell, group and seconds."""
        if measure not in self._scores:
            window = self.settings.window_of
            self._scores[measure] = score_frame(self.results, self.epochs, measure, window)
        return self._scores[measure]

    def variances(self, measure: str, value: str) -> pd.DataFrame:
        """Give what is known of the seeds of each cell, by a measure's `level` or `last`."""
        if (measure, value) not in self._variances:
            found = seed_variance(self.scores(measure), value, self.cells)
            self._variances[measure, value] = found
        return self._variances[measure, value]

    def world(self, measure: str, value: str) -> World:
        """Give what is needed to run the study again, by a measure."""
        if (measure, value) not in self._worlds:
            known = functools.partial(self.variances, measure)
            self._worlds[measure, value] = world_of(self.scores(measure), value, known)
        return self._worlds[measure, value]

    @functools.cached_property
    def _variances(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    @functools.cached_property
    def _worlds(self) -> dict[tuple[str, str], World]:
        return {}

    @functools.cached_property
    def _scores(self) -> dict[str, pd.DataFrame]:
        return {}

    @functools.cached_property
    def published(self) -> pd.DataFrame:
        """The printed numbers: a row a cell, with NA where nothing was printed.

        experiment, configuration, published (accuracy), published_loss, unit (of the last printed
        digit of the accuracy), published_runs, dataset, departs.
        """
        printed = {name: self.study.published(name) for name in self.study.experiments}
        finders = {name: _finder(rows) for name, rows in printed.items()}
        found = [finders[one.experiment](one) for one in self.configurations]
        names = ["experiment", "configuration", "dataset", "departs"]
        table = self.cells[names].assign(published_runs=1.0)
        for name, key in (("published", "accuracy"), ("published_loss", "loss")):
            table[name] = pd.array([_float(row.get(key)) for row in found], dtype=float)
        table["unit"] = [_unit(row.get("accuracy")) for row in found]
        return table

    def confusions(
        self, cells: Sequence[int], data_dir: str | Path | None
    ) -> dict[int, np.ndarray]:
        """Give the confusion matrices after the last epoch of the runs of some cells.

        Returns:
            By cell, shape (runs, classes, classes), true classes by rows; cells without runs, or
            without the labels of their data set on this machine, are left out; data of very
            many classes, too (`MOST_IN_MATRIX`).
        """
        keys = self.results.loc[self.results["cell"].isin(cells), ["key", "cell"]]
        query = """
            SELECT run, spec, classes FROM prediction JOIN run ON key = run
            WHERE after = 'last' AND run IN (SELECT value FROM json_each(:keys))"""
        with Store(self.store) as opened:
            asked = {"keys": json.dumps(keys["key"].tolist())}
            where = {"store": self.store, "data_dir": data_dir}
            matrices = {
                key: confusion_of(spec, classes, **where)
                for key, spec, classes in map(tuple, opened.rows(query, asked))
            }
        found = {}
        for cell, own in keys.groupby("cell"):
            matrices_of = [matrices[key] for key in own["key"]]
            if all(one is not None for one in matrices_of):
                found[cell] = np.array(matrices_of)
        return found


def read_inputs(
    study: str | Path | Study,
    *,
    protocol: str | None = None,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    store: str | Path | None = None,
    settings: Statistics | None = None,
    kind: tuple[str, str, str] | None = None,
) -> Inputs:
    """Read a study's finished runs.

    Args:
        study, protocol, experiments, where, store: as in `read_results`; a condition leaves out
            the runs of other configurations, which stay as cells without runs.
        settings: those of the study file by default.
        kind: the engine, backend and device of the runs that are meant; of those that most have
            by default.
    """
    asked = {"protocol": protocol, "where": where, "any": True, "store": store}
    chosen = select(study, experiments=experiments, **asked)
    settings = settings or chosen.study.statistics
    found = configurations(chosen.study, protocol=chosen.protocol, experiments=chosen.experiments)
    cells, places = _cells(found, settings)
    rows, left_out = read_rows(chosen, store)
    own = [(places.get(_place(row)), row) for row in rows]
    own = [(cell, row) for cell, row in own if cell is not None]
    whole = [(cell, row) for cell, row in own if not row["departures"]]
    done = [(cell, row) for cell, row in whole if row["outcome"] == "done"]
    done, more = _of_one_kind(done, kind)
    for name, rows_of in (
        ("failed", [cell for cell, row in whole if row["outcome"] == "failed"]),
        ("diverged", [cell for cell, row in whole if row["failure"] == "diverged"]),
        ("departs", [cell for cell, row in own if row["departures"]]),
    ):
        cells[name] = np.bincount(np.array(rows_of, int), minlength=len(cells))
    cells["departs"] = cells["departs"] > 0
    results = _results(done, found, cells)
    with Store(store) as opened:
        epochs = _epochs(opened, results, settings)
        folder = opened.folder
    return Inputs(
        chosen.study, chosen.protocol, settings, found, cells, results, epochs,
        [*left_out, *more], folder,
    )  # fmt: skip


def regrouped(inputs: Inputs, settings: Statistics) -> Inputs:
    """Give the same runs to be judged by other settings."""
    groups = _cells(inputs.configurations, settings)[0]["group"]
    cells = inputs.cells.assign(group=groups)
    results = inputs.results.assign(group=groups.reindex(inputs.results["cell"]).to_numpy())
    with Store(inputs.store) as opened:
        epochs = _epochs(opened, results, settings)
    return dataclasses.replace(
        inputs, settings=settings, cells=cells, results=results, epochs=epochs
    )


def _cells(
    found: Sequence[Configuration], settings: Statistics
) -> tuple[pd.DataFrame, dict[tuple[str, str], int]]:
    counts: Counter[str] = Counter()
    rows, places = [], {}
    for number, one in enumerate(found):
        group = ", ".join(f"{name} = {one.setting(name)}" for name in settings.pool)
        dataset = str(one.settings["dataset"])
        rows.append((one.experiment, counts[one.experiment], group, dataset))
        places[one.experiment, canonical(one.columns)] = number
        counts[one.experiment] += 1
    return pd.DataFrame(rows, columns=["experiment", "configuration", "group", "dataset"]), places


def _place(row: Mapping[str, object]) -> tuple[str, str]:
    one = row["_place"].configuration
    return one.experiment, canonical(one.columns)


def _of_one_kind(done: list, kind: tuple[str, str, str] | None) -> tuple[list, list[str]]:
    """Keep the runs of the engine, backend and device that most have: others are not mixed in."""
    kinds = Counter(tuple(row[name] for name in APART) for _, row in done)
    kept = kind or next((one for one, _ in kinds.most_common(1)), None)
    others = [(one, count) for one, count in kinds.items() if one != kept]
    said = [
        f"{count} runs by {' on '.join(other[::2])} are left out beside those by "
        f"{' on '.join(kept[::2])}."
        for other, count in others
    ]
    return [one for one in done if tuple(one[1][name] for name in APART) == kept], said


def _results(done: list, found: Sequence[Configuration], cells: pd.DataFrame) -> pd.DataFrame:
    names = [
        "replicate", "key", "seconds", "epochs", *_NUMBERS, "best_accuracy", "best_test_accuracy",
    ]  # fmt: skip
    table = pd.DataFrame([[row[name] for name in names] for _, row in done], columns=names)
    table["cell"] = [cell for cell, _ in done]
    table = table.astype({"cell": int} | dict.fromkeys(_NUMBERS, float))
    for name in _SETTINGS:
        table[name] = [str(found[cell].settings[name]) for cell in table["cell"]]
    return table.join(cells[["experiment", "configuration", "group"]], on="cell")


def _epochs(store: Store, results: pd.DataFrame, settings: Statistics) -> pd.DataFrame:
    counts = results["epochs"].unique()
    first = min((int(n) - 2 * settings.window_of(int(n)) for n in counts), default=0)
    asked = {"first": first, "keys": json.dumps(results["key"].tolist())}
    columns = list(zip(*store.rows(_EPOCHS, asked), strict=True)) or [()] * 6
    names = ["key", "epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    table = pd.DataFrame(dict(zip(names, columns, strict=True)))
    return table.astype({"epoch": int} | dict.fromkeys(names[2:], float))


def _finder(
    rows: Sequence[Mapping[str, object]],
) -> Callable[[Configuration], Mapping[str, object]]:
    """Give what finds a configuration's printed row, by the columns that the table has.

    A table can have as many rows as a grid: they are looked up.
    """
    known: dict[tuple[str, ...], dict[tuple[object, ...], Mapping[str, object]]] = {}

    def find(one: Configuration) -> Mapping[str, object]:
        shared = tuple(name for name in one.columns if rows and name in rows[0])
        if shared not in known:  # the first of those that are alike counts
            known[shared] = {tuple(row[name] for name in shared): row for row in reversed(rows)}
        return known[shared].get(tuple(one.columns[name] for name in shared), {})

    return find


def _float(value: object) -> float:
    return float("nan") if value is None else float(value)


def _unit(value: object) -> float:
    return 10.0**-value.decimals if hasattr(value, "decimals") else 0.0


def with_columns(table: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Put the configurations' own columns behind the experiment, in place of their positions.

    Args:
        table: with experiment and configuration.
        inputs: of the same study.
    """
    names: list[str] = []
    places = map(tuple, inputs.cells[CELL].itertuples(index=False))
    columns = dict(zip(places, (one.columns for one in inputs.configurations), strict=True))
    found = [columns[key] for key in map(tuple, table[CELL].itertuples(index=False))]
    for one in found:
        merge_names(names, one)
    own = as_frame([dict(one) for one in found], names)
    rest = table.drop(columns=CELL).reset_index(drop=True)
    own = own.drop(columns=[name for name in own if name in rest])
    return pd.concat([table[["experiment"]].reset_index(drop=True), own, rest], axis=1)
