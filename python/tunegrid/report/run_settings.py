"""The settings that hold for a study's runs, and where each of them comes from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..architectures import ARCHITECTURES
from ..plan.configuration import Configuration
from ..plan.grid import configurations
from ..store.store import find_study
from ..study.csvfile import Scalar
from ..study.meaning import means_something
from ..study.settings import OPTIMIZERS
from ..study.study import Study

COLUMNS = ("experiment", "setting", "value", "from", "configurations")


def run_settings(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    set: Mapping[str, Scalar] | None = None,  # noqa: A002 - the command's and R's word
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Say which settings hold for a study's runs, and where each comes from.

    Args:
        study: the id of a shipped study, the path of a study.toml, a `Study`, or the name of a
            grid of one's own that the store has.
        experiments, where, protocol: of which configurations, as in `run_grid`.
        set: settings that would take the place of others, as in `run_grid`.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row for each setting of an experiment and each place that it comes from: experiment,
        setting, value (a text; several with commas), from (tunegrid's default, the study, the
        experiment, its row, the protocol, the grid's column, set, Keras's default, the
        architecture's default) and configurations, how many have it from there. Data, model and
        training first, then all parameters. What decides nothing in a configuration, as the
        kernel of a dense network, is not counted.

    Raises:
        SpecError: for what does not exist.
    """
    found = configurations(
        find_study(study, store=store),
        protocol=protocol,
        experiments=experiments,
        where=where,
        overrides=set,
    )
    values: dict[tuple[str, str, str], dict[str, int]] = {}
    for one in found:
        for name, (value, origin) in _settings_of(one).items():
            counts = values.setdefault((one.experiment, name, origin), {})
            counts[_text(name, value)] = counts.get(_text(name, value), 0) + 1
    known = list(dict.fromkeys(one.experiment for one in found))
    places = sorted(values, key=lambda place: (known.index(place[0]), _rank(place[1])))
    rows = [
        (experiment, name, ", ".join(values[experiment, name, origin]), origin,
         sum(values[experiment, name, origin].values()))
        for experiment, name, origin in places
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"configurations": "Int64"})


#: What people ask for first.
_ORDER = [
    "dataset", "split", "split_seed", "scaling", "orientation", "validation", "validation_size",
    "folds", "fold", "train_size", "rotation", "architecture", "keras_json", "loss", "optimizer",
    "learning_rate", "momentum", "batch_size", "epochs", "precision",
]  # fmt: skip


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _settings_of(one: Configuration) -> dict[str, tuple[object, str]]:
    """Give every setting that decides a run's numbers, with its origin."""
    architecture = ARCHITECTURES[str(one.settings["architecture"])]
    optimizer = OPTIMIZERS[str(one.settings["optimizer"])]
    defaults = {
        **{name: (value, "Keras's default") for name, value in optimizer.items()},
        **{
            name: (value, "the architecture's default")
            for name, value in architecture.defaults.items()
            if value is not None
        },
    }
    given = {
        name: (value, one.origins[name])
        for name, value in one.settings.items()
        if means_something(name, one.settings)
    }
    return {**given, **{name: pair for name, pair in defaults.items() if name not in given}}


def _text(name: str, value: object) -> str:
    return "a model as JSON" if name == "keras_json" else str(value)
