"""The tidy tables: one row a run, and one row a part of a store's plan."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import SpecError
from ..plan.configuration import Configuration, resolve
from ..plan.grid import configurations
from ..plan.plans import expected_spec
from ..plan.runs import RunSpec, canonical
from ..store.database import told
from ..store.planned import planned_configuration
from ..store.store import Store, find_study
from ..study.settings import PRESETS
from ..study.study import Study
from .frames import as_frame, merge_names
from .selection import Selection, select

#: Columns that every row of `read_results` has after those of its configuration.
MEASURES = {
    "epochs": "Int64",
    "replicate": "Int64",
    "loss": "Float64",
    "accuracy": "Float64",
    "train_loss": "Float64",
    "train_accuracy": "Float64",
    "val_loss": "Float64",
    "val_accuracy": "Float64",
    "test_loss": "Float64",
    "test_accuracy": "Float64",
    "best_epoch": "Int64",
    "best_accuracy": "Float64",
    "best_test_accuracy": "Float64",
    "parameters": "Int64",
    "seconds": "Float64",
    "engine": "string",
    "backend": "string",
    "device": "string",
    "departures": "string",
    "outcome": "string",
    "failure": "string",
    "message": "string",
    "key": "string",
}

# What a row does not have from `_RUNS` under the same name.
_SETTLED = {"epochs", "loss", "accuracy", "engine", "backend", "device", "departures"}
_COPIED = [name for name in MEASURES if name not in _SETTLED]

_RUNS = """
SELECT plan.protocol, plan.experiment, plan.configuration, plan.departures, plan.replicate, run.*,
       last.loss AS train_loss, last.accuracy AS train_accuracy, last.val_loss, last.val_accuracy,
       tested.loss AS test_loss, tested.accuracy AS test_accuracy,
       best.loss AS best_train_loss, best.val_loss AS best_val_loss,
       best.val_accuracy AS best_accuracy,
       best_tested.loss AS best_test_loss, best_tested.accuracy AS best_test_accuracy
FROM plan JOIN run ON run.key = plan.run
LEFT JOIN epoch AS last ON last.run = run.key
     AND last.epoch = json_extract(run.spec, '$.epochs')
LEFT JOIN epoch AS best ON best.run = run.key AND best.epoch = run.best_epoch
LEFT JOIN prediction AS tested ON tested.run = run.key AND tested.after = 'last'
LEFT JOIN prediction AS best_tested ON best_tested.run = run.key AND best_tested.after = 'best'
WHERE plan.study = :study AND plan.protocol = :protocol AND run.outcome IS NOT NULL"""


def read_results(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Read a study's runs, one row each, failed ones too.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        experiments: names; all by default.
        where: a condition on configuration columns.
        protocol: default: the study's own default.
        preset: `full` for runs of the whole protocol, `quick` for those of that preset.
        any: all runs that are there, whatever their departures from the protocol.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        study, protocol, experiment; the configuration's columns; then `MEASURES`. `loss` and
        `accuracy` are what the study's own columns of these names hold (its settings
        `reported_loss`, `reported_accuracy` and `reported_epoch`); train_, val_ and test_ ones
        are after the last epoch, best_ ones after the epoch with the highest val_accuracy.
        Accuracies are shares of images, seconds are wall time. `attrs["left_out"]` says in
        sentences what was not taken, `attrs["columns"]` names the configuration's columns.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any}
    chosen = select(study, experiments=experiments, store=store, **how)
    rows, left_out = _read(chosen, store)
    frame = _frame(rows, chosen)
    frame.attrs["left_out"] = left_out
    return frame


def read_groups(
    study: str | Path | Study, by: str, *, store: str | Path | None = None, **how: Any
) -> dict[object, pd.DataFrame]:
    """Read a study's runs apart, by a value of their configurations.

    Args:
        study, store, how: as in `read_results`.
        by: the value's name, any that a condition can have: a column, a setting, `conv_layers`.

    Returns:
        What `read_results` gives, by value, for each value that a run has.
    """
    chosen = select(study, store=store, **how)
    groups: dict[object, list] = {}
    for row in _read(chosen, store)[0]:
        groups.setdefault(row["_place"].configuration.row.get(by), []).append(row)
    return {value: _frame(rows, chosen) for value, rows in groups.items()}


def _read(chosen: Selection, store: str | Path | None) -> tuple[list[dict[str, object]], list[str]]:
    """Read the rows that are meant, in the study's order; say what was left out."""
    with Store(store) as opened:
        stored = opened.rows(_RUNS, {"study": chosen.study.id, "protocol": chosen.protocol})
    reader = _Reader(chosen)
    with told(opened.folder):
        rows = [row for row in map(reader.read, stored) if row is not None]
    rows.sort(key=lambda row: (*row["_place"].order, row["engine"], row["replicate"]))
    return rows, reader.left_out()


@dataclass(frozen=True)
class _Place:
    """What all stored replicates of a configuration, with its departures, have in common.

    Attributes:
        row: the columns that they share in the tidy table.
        order: their place in it: as the study orders its configurations, others by value.
        is_asked: whether the configuration meets the reader's condition.
        left_out: the departures for which its runs are not taken; None when they are.
        specs: the runs that the study file asks for now, by engine, backend and device.
    """

    configuration: Configuration
    row: Mapping[str, object]
    order: tuple
    is_asked: bool
    left_out: str | None
    specs: dict[tuple[str, str, str], RunSpec] = field(default_factory=dict)

    def key(self, spec: RunSpec) -> str:
        """Give the key that the study file gives now to the run with a spec's seed and engine."""
        how = (spec.engine, spec.backend, spec.device)
        if how not in self.specs:
            self.specs[how] = expected_spec(self.configuration, spec)
        return self.specs[how].replicate(spec.seed).key


class _Reader:
    """Turns stored rows into tidy ones, and counts what it leaves out."""

    def __init__(self, chosen: Selection) -> None:
        self._chosen = chosen
        self._places: dict[tuple[str, str, str], _Place | None] = {}
        self._order = {
            (one.experiment, canonical(one.columns)): position
            for position, one in enumerate(
                configurations(
                    chosen.study, protocol=chosen.protocol, experiments=chosen.experiments
                )
            )
        }
        self._stale = 0
        self._left_out: dict[str, int] = {}

    def read(self, stored: Mapping[str, object]) -> dict[str, object] | None:
        """Give the tidy row, or None when the run is not meant."""
        if stored["experiment"] not in self._chosen.experiments:
            return None
        place = self._place(stored)
        if place is not None and not place.is_asked:
            return None
        spec = RunSpec.from_json(stored["spec"])
        if place is None or place.key(spec) != stored["key"]:
            self._stale += 1
            return None
        if place.left_out is not None:
            self._left_out[place.left_out] = self._left_out.get(place.left_out, 0) + 1
            return None
        return _tidy(place, spec, stored)

    def left_out(self) -> list[str]:
        """Say in sentences what was not taken."""
        said = [
            f"{count} {_runs(count)} {'departs' if count == 1 else 'depart'} from the protocol "
            f"({departures}) and {'is' if count == 1 else 'are'} left out: see them with --any"
            f"{' or --preset quick' if departures == _QUICK else ''}."
            for departures, count in self._left_out.items()
        ]
        if self._stale:
            said.append(
                f"{self._stale} {_runs(self._stale)} of an earlier version of the study file "
                f"left out."
            )
        return said

    def _place(self, stored: Mapping[str, object]) -> _Place | None:
        """Settle a stored configuration by the study file as it is now; None if that fails."""
        place = (stored["experiment"], stored["configuration"], stored["departures"])
        if place not in self._places:
            try:
                configuration = planned_configuration(self._chosen.study, stored)
            except SpecError:
                self._places[place] = None
            else:
                self._places[place] = self._settled(configuration)
        return self._places[place]

    def _settled(self, one: Configuration) -> _Place:
        where, said = self._chosen.where, _say(one.departures)
        is_taken = self._chosen.any or one.departures == self._preset_departures(one)
        names = {"study": one.study, "protocol": one.protocol, "experiment": one.experiment}
        known = self._order.get((one.experiment, canonical(one.columns)))
        by_value = [(isinstance(value, str), value) for value in one.columns.values()]
        return _Place(
            configuration=one,
            row={**names, **one.columns, "departures": said},
            order=(known is None, known or 0, one.experiment, by_value, said),
            is_asked=where is None or where.matches(one.row),
            left_out=None if is_taken else said,
        )

    def _preset_departures(self, configuration: Configuration) -> Mapping[str, object]:
        """Say how a run of the preset departs here: not at all in what the protocol has anyway."""
        preset = PRESETS[self._chosen.preset]
        if not preset:
            return {}
        place = (configuration.experiment, configuration.columns, preset)
        return resolve(self._chosen.study, self._chosen.protocol, *place).departures


def run_status(
    study: str | Path | Study | None = None, *, store: str | Path | None = None
) -> pd.DataFrame:
    """Count a store's runs by what has become of them.

    Args:
        study: only this one; all that the store knows by default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        One row a study, protocol, experiment and departures: planned, done, failed, training
        (a living driver has it), missing, and the seconds that the done ones took in all.
    """
    query = """
        SELECT study, protocol, experiment, departures, run.key, outcome, seconds
        FROM plan JOIN run ON run.key = plan.run WHERE :study IS NULL OR study = :study"""
    wanted = None if study is None else find_study(study, store=store).id
    with Store(store) as opened:
        stored = pd.DataFrame(
            map(dict, opened.rows(query, {"study": wanted})),
            columns=["study", "protocol", "experiment", "departures", "key", "outcome", "seconds"],
        )
        training = opened.in_training()
    with told(opened.folder):
        departures = [_say(json.loads(text)) for text in stored["departures"]]
    counts = pd.DataFrame(
        {
            **{name: stored[name] for name in ("study", "protocol", "experiment")},
            "departures": departures,
            "planned": 1,
            "done": stored["outcome"].eq("done"),
            "failed": stored["outcome"].eq("failed"),
            "training": stored["key"].isin(training) & stored["outcome"].isna(),
            "missing": stored["outcome"].isna() & ~stored["key"].isin(training),
            "seconds": stored["seconds"].astype("Float64"),
        }
    )
    by = ["study", "protocol", "experiment", "departures"]
    return counts.groupby(by, sort=False).sum().reset_index()


def _tidy(place: _Place, spec: RunSpec, stored: Mapping[str, object]) -> dict[str, object]:
    settings = place.configuration.settings
    reported = _REPORTED[settings["reported_epoch"]]
    return {
        "_place": place,
        **place.row,
        **{name: stored[name] for name in _COPIED},
        "epochs": spec.epochs,
        "loss": stored[reported["loss", settings["reported_loss"]]],
        "accuracy": stored[reported["accuracy", settings["reported_accuracy"]]],
        "engine": spec.engine,
        "backend": spec.backend,
        "device": spec.device,
    }


#: Where a study's own scores are found, by its settings reported_epoch and reported_loss or
#: reported_accuracy.
_REPORTED: Mapping[str, Mapping[tuple[str, str], str]] = {
    "last": {
        ("loss", "training"): "train_loss",
        ("loss", "validation"): "val_loss",
        ("loss", "test"): "test_loss",
        ("accuracy", "validation"): "val_accuracy",
        ("accuracy", "test"): "test_accuracy",
    },
    "best": {
        ("loss", "training"): "best_train_loss",
        ("loss", "validation"): "best_val_loss",
        ("loss", "test"): "best_test_loss",
        ("accuracy", "validation"): "best_accuracy",
        ("accuracy", "test"): "best_test_accuracy",
    },
}


def _frame(rows: Sequence[Mapping[str, object]], chosen: Selection) -> pd.DataFrame:
    columns: list[str] = []
    for experiment in map(chosen.study.experiments.__getitem__, chosen.experiments):
        merge_names(columns, experiment.column_names)
    for place in {id(row["_place"]): row["_place"] for row in rows}.values():
        merge_names(columns, place.configuration.columns)
    names = dict.fromkeys(["study", "protocol", "experiment", *columns, *MEASURES])
    frame = as_frame(rows, names).astype(MEASURES)
    frame.attrs["columns"] = [name for name in columns if name not in MEASURES]
    return frame


def _say(departures: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(departures.items()))


_QUICK = _say(PRESETS["quick"])


def _runs(count: int) -> str:
    return "run" if count == 1 else "runs"
