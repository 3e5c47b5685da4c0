"""Runs as values: what decides a run's numbers, the key made of it, and what a run returns."""

import dataclasses
import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..data.datasets import DATASETS, Dataset, Images, label_type
from ..data.split import Split, split_images
from ..errors import OtherVersionError, SpecError, StoreError, quoted
from .spec_form import check_form

#: Part of every key. It rises when the same spec would be trained differently.
SCHEMA = 2

#: The most characters of a spec: those of a model in JSON, with every quotation mark escaped.
MOST_TEXT = 16 << 20

# A canonical spec ends in its seed, the last key: replicates differ in that alone.
_REPLICATE = re.compile(r'(.*,"seed":)([1-9][0-9]{0,8})\}', re.DOTALL)

Pairs = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class ModelSpec:
    """A built-in architecture with its parameters, sorted by name."""

    architecture: str
    revision: int
    parameters: Pairs


@dataclass(frozen=True)
class DataSpec:
    """What is learned from: the data set by digest, and how it is scaled, turned and split.

    Attributes:
        dataset: the name of one that ships; `own` for all data of one's own.
        digest: SHA-256 over its arrays.
        scaling, orientation, validation, validation_size, train_size: as the settings.
        rotation: training images are turned at random by up to this share of a full turn.
        split, split_seed, fold, folds: as the settings; None where nothing is drawn.
        shape, classes, train_images, test_images: of data of one's own: of an example, and counts.
    """

    dataset: str
    digest: str
    scaling: str
    orientation: str
    validation: str
    validation_size: int
    train_size: int | None = None
    rotation: float | None = None
    split: str | None = None
    split_seed: int | None = None
    fold: int | None = None
    folds: int | None = None
    shape: tuple[int, ...] | None = None
    classes: int | None = None
    train_images: int | None = None
    test_images: int | None = None

    @property
    def described(self) -> Dataset:
        """The data set, as far as it is known without its arrays.

        Raises:
            StoreError: for one that this tunegrid does not know.
        """
        if self.shape is not None:
            counts = (self.shape, self.classes, self.train_images, self.test_images)
            return Dataset(self.dataset, "data of one's own", self.digest, *counts)
        if self.dataset not in DATASETS:
            raise StoreError(f"This run is of the data set {self.dataset}: upgrade tunegrid.")
        return DATASETS[self.dataset]

    def split_of(self, images: Images) -> Split:
        """Split the data set's arrays as the run does."""
        names = (
            "orientation", "validation", "validation_size", "train_size", "split", "split_seed",
            "fold", "folds",
        )  # fmt: skip
        return split_images(images, **{name: getattr(self, name) for name in names})

    def predicted(self, classes: bytes) -> np.ndarray:
        """Read stored classes of the test images: one byte each, two from 257 classes on."""
        return np.frombuffer(classes, label_type(self.described.classes))


@dataclass(frozen=True)
class RunSpec:
    """Everything that decides the numbers of one run.

    Attributes:
        model, data: what learns, from what.
        loss: the name of a Keras loss.
        optimizer: the name of a Keras optimizer with all its settings.
        batch_size, epochs: images a step, passes over the training images.
        precision: `float32`; or `bfloat16`, in which layers then compute, with weights in float32.
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
        """Read what `to_json` wrote, wherever it comes from: see `check_form`.

        Raises:
            OtherVersionError: when another tunegrid wrote it.
            StoreError: when it is damaged.
        """
        if not isinstance(text, str) or len(text) > MOST_TEXT:
            raise _damaged("it is no text, or too long")
        if (parts := _REPLICATE.fullmatch(text)) is not None:
            return cls._first_replicate(f"{parts[1]}1}}").replicate(int(parts[2]))
        return cls._parse(text)

    def replicate(self, seed: int) -> "RunSpec":
        """Give the same run with another seed, without writing all of its JSON again."""
        other = object.__new__(RunSpec)  # `replace` takes ten times as long: plans are long
        head = self._json.removesuffix(f"{self.seed}}}")
        vars(other).update(vars(self), seed=seed, _json=f"{head}{seed}}}")
        vars(other).pop("key", None)
        return other

    @classmethod
    @functools.lru_cache(maxsize=4096)
    def _first_replicate(cls, text: str) -> "RunSpec":
        return cls._parse(text)

    @classmethod
    def _parse(cls, text: str) -> "RunSpec":
        try:
            values = json.loads(text)
            schema = values.pop("schema")
            if type(schema) is int and schema != SCHEMA:
                raise _of_another_version(schema)
            check_form(values)
            spec = cls._from_values(**values)
            is_canonical = schema == SCHEMA and spec.to_json() == text
        except SpecError as error:
            raise _damaged(str(error).removesuffix(".")) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _damaged("it is no JSON object as tunegrid writes it") from None
        if not is_canonical:
            raise _damaged("it is not written as tunegrid writes it")
        return spec

    @classmethod
    def _from_values(cls, *, model: dict, data: dict, optimizer: dict, **rest: object) -> "RunSpec":
        return cls(
            model=ModelSpec(**model | {"parameters": pairs(model["parameters"])}),
            data=DataSpec(**data | _shape(data)),
            optimizer=pairs(optimizer),
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
class Epoch:
    """The scores after one epoch, by Keras's names: training, then validation (or test)."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class Scored:
    """The test images after some epoch: mean loss, accuracy, each one's class (see `predicted`)."""

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


def _damaged(why: str) -> StoreError:
    said = quoted(why, 400)
    return StoreError(f"A run's spec is damaged ({said}): `tune-grid verify` says which one.")


def _of_another_version(schema: int) -> OtherVersionError:
    if schema < SCHEMA:
        return OtherVersionError(
            "This run was made by an older tunegrid, which trained it differently: train it "
            "again in a store of its own."
        )
    return OtherVersionError("This run was made by a newer tunegrid: upgrade tunegrid.")


def canonical(value: object) -> str:
    """Write JSON in the one form that is hashed."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _shape(data: Mapping[str, object]) -> dict[str, object]:
    """Make the shape hashable that JSON has as a list."""
    return {"shape": tuple(data["shape"])} if "shape" in data else {}


def pairs(values: Mapping[str, object]) -> Pairs:
    """Make a mapping hashable, sorted by name."""
    return tuple(sorted(values.items()))


def _present(part: object) -> dict[str, object]:
    """Give the fields that are not None, without what dataclasses.asdict does below them."""
    names = (field.name for field in dataclasses.fields(part))
    return {name: value for name in names if (value := getattr(part, name)) is not None}
