"""Plans: what a study asks for, as runs."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..architectures import ARCHITECTURES
from ..data.datasets import DATASETS
from ..data.own import OWN
from ..errors import SpecError
from ..study.settings import OPTIMIZERS
from .configuration import Configuration
from .runs import DataSpec, ModelSpec, Pairs, RunSpec, pairs

#: The digest of data that nobody has found yet: such a run can be planned, and not trained.
UNKNOWN = "unknown"


#: The most runs of one plan.
MOST_RUNS = 1_000_000


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
    digests: Mapping[str, str] | None = None,
    engine: str = "tensorflow",
    backend: str = "tensorflow",
    device: str = "cpu",
) -> list[PlannedRun]:
    """Plan `seeds` replicates of each configuration.

    Args:
        configurations: what is trained.
        seeds: how many replicates.
        digests: by data set, of those that are known only once they were found.
        engine, backend, device: what trains.

    Returns:
        All first replicates, then all second ones: when time runs out, every configuration
        has as many replicates as any other, give or take one.

    Raises:
        SpecError: when these are more runs than `MOST_RUNS`.
    """
    found = list(configurations)
    if len(found) * seeds > MOST_RUNS:
        raise SpecError(
            f"{seeds} seeds of {len(found)} configurations are {len(found) * seeds} runs, and "
            f"{MOST_RUNS} is the most: choose fewer."
        )
    how = {"engine": engine, "backend": backend, "device": device}
    known = {name: one for name, one in (digests or {}).items() if one is not None}
    specs = [spec_of(one, seed=1, digest=known.get(one.data.name, UNKNOWN), **how) for one in found]
    return [
        PlannedRun(configuration, seed, spec.replicate(seed))
        for seed in range(1, seeds + 1)
        for configuration, spec in zip(found, specs, strict=True)
    ]


def spec_of(
    configuration: Configuration,
    *,
    seed: int,
    engine: str,
    backend: str,
    device: str,
    digest: str = UNKNOWN,
) -> RunSpec:
    """Make the spec of one replicate of a configuration.

    Args:
        configuration: what is trained.
        seed: the replicate's number.
        engine, backend, device: what trains.
        digest: of the data, where the data set's own is not known beforehand.
    """
    settings = configuration.settings
    architecture = ARCHITECTURES[settings["architecture"]]
    dataset = configuration.data
    data = {name: settings.get(name) for name in _DATA_SETTINGS}
    data["rotation"] = data["rotation"] or None  # by nothing is not at all
    data["split"] = None if data["split"] == "official" else data["split"]
    if dataset.name not in DATASETS:
        data |= {"dataset": OWN, "shape": dataset.shape, "classes": dataset.classes}
        data |= {"train_images": dataset.train_images, "test_images": dataset.test_images}
    return RunSpec(
        model=ModelSpec(
            architecture.name,
            architecture.revision,
            pairs(architecture.resolve(settings, dataset.input_shape, dataset.classes)),
        ),
        data=DataSpec(digest=dataset.digest or digest, **data),
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
    return spec_of(configuration, seed=spec.seed, digest=spec.data.digest, **how)


_OF_DATA = ("digest", "shape", "classes", "train_images", "test_images")
_DATA_SETTINGS = tuple(
    field.name for field in dataclasses.fields(DataSpec) if field.name not in _OF_DATA
)


def _optimizer(settings: Mapping[str, object]) -> Pairs:
    """Fill an optimizer's settings up with Keras's defaults, so that they are part of the key."""
    defaults = OPTIMIZERS[settings["optimizer"]]
    given = {name: settings[name] for name in defaults if name in settings}
    return pairs({"name": settings["optimizer"], **defaults, **given})
