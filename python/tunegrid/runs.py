"""Runs as values: what decides a run's numbers, the key made of it, and what a run returns."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .architectures import ARCHITECTURES
from .datasets import DATASETS
from .errors import StoreError
from .grid import Configuration
from .settings import OPTIMIZERS

#: Part of every key. It rises when the same spec would be trained differently.
SCHEMA = 1

Pairs = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class ModelSpec:
    """A built-in architecture with its parameters, sorted by name."""

    architecture: str
    revision: int
    parameters: Pairs


@dataclass(frozen=True)
class DataSpec:
    """What is learned from: the data set by digest, and how it is scaled, turned and split."""

    dataset: str
    digest: str
    scaling: str
    orientation: str
    validation: str
    validation_size: int
    train_size: int | None = None


@dataclass(frozen=True)
class RunSpec:
    """Everything that decides the numbers of one run.

    Attributes:
        model, data: what learns, from what.
        loss: the name of a Keras loss.
        optimizer: the name of a Keras optimizer with all its settings.
        batch_size, epochs: images a step, passes over the training images.
        precision: `float32`.
        engine, backend, device: what trains.
        seed: the replicate's number, from 1.
    """

    model: ModelSpec
    data: DataSpec
    loss: str
    optimizer: Pairs
    batch_size: int
    epochs: int
    precision: str
    engine: str
    backend: str
    device: str
    seed: int

    def to_json(self) -> str:
        """Write the spec as canonical JSON: sorted keys, no spaces, pairs as objects, no nulls.

        What is None is left out, so that a field that comes later, and is None for all runs
        that were before it, changes no key.
        """
        return self._json

    @functools.cached_property
    def _json(self) -> str:
        model = _present(self.model) | {"parameters": dict(self.model.parameters)}
        parts = {"model": model, "data": _present(self.data), "optimizer": dict(self.optimizer)}
        return canonical(_present(self) | parts | {"schema": SCHEMA})

    @classmethod
    def from_json(cls, text: str) -> "RunSpec":
        """Read what `to_json` wrote.

        Raises:
            StoreError: when a newer tunegrid wrote it, or it is damaged.
        """
        try:
            values = json.loads(text)
            if values.pop("schema") == SCHEMA:
                return cls._from_values(**values)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreError(
                "A run's spec is damaged: `tune-grid verify` says which one."
            ) from None
        raise StoreError("This run was made by a newer tunegrid: upgrade tunegrid.")

    @classmethod
    def _from_values(cls, *, model: dict, data: dict, optimizer: dict, **rest: object) -> "RunSpec":
        return cls(
            model=ModelSpec(**model | {"parameters": _pairs(model["parameters"])}),
            data=DataSpec(**data),
            optimizer=_pairs(optimizer),
            **rest,
        )

    @functools.cached_property
    def key(self) -> str:
        """The SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def streams(self) -> tuple[np.random.SeedSequence, ...]:
        """Give the seeds of initialisation, order of images, and dropout.

        They depend on the replicate, the model and the data only: a longer run, or another
        engine, starts from the same weights and sees the images in the same order.
        """
        values = json.loads(self._json)
        part = canonical([values["model"], values["data"]])
        digest = int.from_bytes(hashlib.sha256(part.encode()).digest())
        return tuple(np.random.SeedSequence([self.seed, digest]).spawn(3))


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


@dataclass(frozen=True)
class Epoch:
    """The scores after one epoch, by Keras's names: training, then validation (or test)."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class Scored:
    """The test images after some epoch: mean loss, accuracy, each one's class in one byte."""

    loss: float
    accuracy: float
    classes: bytes


@dataclass(frozen=True)
class RunResult:
    """What a run returns.

    Attributes:
        history: one entry an epoch.
        best_epoch: the first with the highest val_accuracy, counted from 1.
        last, best: the test images after the last and after the best epoch.
        seconds: wall time of training and scoring, without imports and loading.
        parameters: trainable and not.
        environment: versions, processor, threads, device.
        weights: an HDF5 file of the last epoch's weights, when they were asked for.
    """

    history: tuple[Epoch, ...]
    best_epoch: int
    last: Scored
    best: Scored
    seconds: float
    parameters: int
    environment: Mapping[str, object]
    weights: bytes | None = None


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
    return [
        PlannedRun(configuration, seed, spec_of(configuration, seed=seed, **how))
        for seed in range(1, seeds + 1)
        for configuration in found
    ]


def spec_of(
    configuration: Configuration, *, seed: int, engine: str, backend: str, device: str
) -> RunSpec:
    """Make the spec of one replicate of a configuration."""
    settings = configuration.settings
    architecture = ARCHITECTURES[settings["architecture"]]
    data = {name: settings.get(name) for name in _DATA_SETTINGS}
    return RunSpec(
        model=ModelSpec(
            architecture.name, architecture.revision, _pairs(architecture.resolve(settings))
        ),
        data=DataSpec(digest=DATASETS[settings["dataset"]].digest, **data),
        optimizer=_optimizer(settings),
        **{name: settings[name] for name in ("loss", "batch_size", "epochs", "precision")},
        engine=engine,
        backend=backend,
        device=device,
        seed=seed,
    )


def canonical(value: object) -> str:
    """Write JSON in the one form that is hashed."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


_DATA_SETTINGS = tuple(
    field.name for field in dataclasses.fields(DataSpec) if field.name != "digest"
)


def _present(part: object) -> dict[str, object]:
    """Give the fields that are not None, without what dataclasses.asdict does below them."""
    names = (field.name for field in dataclasses.fields(part))
    return {name: value for name in names if (value := getattr(part, name)) is not None}


def _pairs(values: Mapping[str, object]) -> Pairs:
    return tuple(sorted(values.items()))


def _optimizer(settings: Mapping[str, object]) -> Pairs:
    """Fill an optimizer's settings up with Keras's defaults, so that they are part of the key."""
    defaults = OPTIMIZERS[settings["optimizer"]]
    given = {name: settings[name] for name in defaults if name in settings}
    return _pairs({"name": settings["optimizer"], **defaults, **given})
