"""Plans: what a study asks for, as runs; and as the rows in which a store keeps that."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..architectures import ARCHITECTURES
from ..data.datasets import DATASETS
from ..study.settings import OPTIMIZERS
from ..study.study import Study
from .configuration import Configuration, resolve
from .runs import DataSpec, ModelSpec, Pairs, RunSpec, canonical, pairs


@dataclass(frozen=True)
class PlannedRun:
    """One replicate of one configuration: what a study asks for, and the run that answers it."""

    configuration: Configuration
    replicate: int
    spec: RunSpec

    @property
    def key(self) -> str:
        """The key of the run."""
        return self.spec.key


def plan(
    configurations: Iterable[Configuration],
    *,
    seeds: int = 1,
    engine: str = "tensorflow",
    backend: str = "tensorflow",
    device: str = "cpu",
) -> list[PlannedRun]:
    """Plan `seeds` replicates of each configuration.

    Returns:
        All first replicates, then all second ones: when time runs out, every configuration
        has as many replicates as any other, give or take one.
    """
    found = list(configurations)
    how = {"engine": engine, "backend": backend, "device": device}
    specs = [spec_of(configuration, seed=1, **how) for configuration in found]
    return [
        PlannedRun(configuration, seed, spec.replicate(seed))
        for seed in range(1, seeds + 1)
        for configuration, spec in zip(found, specs, strict=True)
    ]


def spec_of(
    configuration: Configuration, *, seed: int, engine: str, backend: str, device: str
) -> RunSpec:
    """Make the spec of one replicate of a configuration."""
    settings = configuration.settings
    architecture = ARCHITECTURES[settings["architecture"]]
    data = {name: settings.get(name) for name in _DATA_SETTINGS}
    data["rotation"] = data["rotation"] or None  # by nothing is not at all
    return RunSpec(
        model=ModelSpec(
            architecture.name, architecture.revision, pairs(architecture.resolve(settings))
        ),
        data=DataSpec(digest=DATASETS[settings["dataset"]].digest, **data),
        optimizer=_optimizer(settings),
        **{name: settings[name] for name in ("loss", "batch_size", "epochs", "precision")},
        engine=engine,
        backend=backend,
        device=device,
        seed=seed,
    )


def expected_spec(configuration: Configuration, spec: RunSpec) -> RunSpec:
    """Make the spec that a configuration has for the seed, engine and device of another spec."""
    how = {"engine": spec.engine, "backend": spec.backend, "device": spec.device}
    return spec_of(configuration, seed=spec.seed, **how)


def plan_rows(planned: Sequence[PlannedRun]) -> Iterator[tuple[object, ...]]:
    """Write planned runs as the store's table `plan` has them."""
    places = {}  # what the replicates of a configuration have in common, written once
    for run in planned:
        one = run.configuration
        if id(one) not in places:
            texts = (canonical(one.columns), canonical(one.departures))
            places[id(one)] = (one.study, one.protocol, one.experiment, *texts)
        yield (*places[id(one)], run.replicate, run.key)


def planned_configuration(study: Study, row: Mapping[str, object]) -> Configuration:
    """Read a configuration out of a row of `plan`, and settle it by a study file.

    Args:
        study: the file as it is now, or as it was.
        row: with protocol, experiment, configuration and departures.

    Raises:
        SpecError: when the study file has no such configuration.
    """
    departures = json.loads(row["departures"])
    own_grid = departures.pop("grid", None) is not None
    columns = json.loads(row["configuration"])
    known = study.experiments[row["experiment"]].column_names
    names = dict.fromkeys([*(name for name in known if name in columns), *columns])
    ordered = {name: columns[name] for name in names}
    place = (row["protocol"], row["experiment"], ordered, departures)
    return resolve(study, *place, own_grid=own_grid)


_DATA_SETTINGS = tuple(
    field.name for field in dataclasses.fields(DataSpec) if field.name != "digest"
)


def _optimizer(settings: Mapping[str, object]) -> Pairs:
    """Fill an optimizer's settings up with Keras's defaults, so that they are part of the key."""
    defaults = OPTIMIZERS[settings["optimizer"]]
    given = {name: settings[name] for name in defaults if name in settings}
    return pairs({"name": settings["optimizer"], **defaults, **given})
