"""Whether a run's spec says what a study could have asked for, wherever it comes from.

A spec is a run's settings in another order. So it is held to what settings are held to: each by
itself, then together with the data.
"""

import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet

from ..architectures import ARCHITECTURES
from ..data.datasets import DATASETS, Dataset
from ..data.own import OWN
from ..errors import OtherVersionError, SpecError, quoted
from ..study.settings import OPTIMIZERS, check_settings
from .settled import settle

#: What a spec can name as its engine: a module of `train`, and the backends that it can use.
ENGINES: Mapping[str, tuple[str, ...]] = {
    "tensorflow": ("tensorflow",),
    "reference": ("tensorflow", "jax", "torch"),
}
DEVICES = ("cpu", "gpu")

#: The highest number of a replicate, revision or count, as of any setting that is one; the most
#: values of an example.
MOST, MOST_VALUES = 10**9, 10**8

_TRAINED = ("loss", "batch_size", "epochs", "precision")
_OF_RUN = frozenset(
    {*_TRAINED, "model", "data", "optimizer", "engine", "backend", "device", "seed"}
)
_OF_MODEL = frozenset({"architecture", "revision", "parameters"})
_OF_OWN = frozenset({"shape", "classes", "train_images", "test_images"})
_DIGEST = re.compile("[0-9a-f]{64}")
_DIMENSIONS = (1, 3)
_CLASSES = range(2, 65_536)

Json = Mapping[str, object]


def check_form(spec: Json) -> None:
    """Refuse a spec that no study can ask for.

    Args:
        spec: its JSON, read, without the schema.

    Raises:
        OtherVersionError: when it names what another tunegrid may know.
        SpecError: saying what is wrong in it.
    """
    _check_fields(spec, _OF_RUN, _OF_RUN, "the spec")
    model, given, optimizer = (_object(spec, name) for name in ("model", "data", "optimizer"))
    _check_fields(model, _OF_MODEL, _OF_MODEL, "model")
    if "name" not in optimizer:
        raise SpecError("optimizer has no name")
    _check_how(spec)
    _number("seed", spec["seed"])
    _number("model.revision", model["revision"])
    data = _described(given)
    known = _known(model, optimizer)
    parameters = _object(model, "parameters")
    settings = {
        **{name: spec[name] for name in _TRAINED},
        **{name: value for name, value in given.items() if name not in _OF_OWN | {"digest"}},
        **{name: value for name, value in optimizer.items() if name != "name"},
        "optimizer": optimizer["name"],
        "architecture": model["architecture"],
        **(parameters if known else {}),
    }
    checked = check_settings(settings)
    if any(type(checked[name]) is not type(value) for name, value in settings.items()):
        raise SpecError("a number in it is not written as tunegrid writes it")
    if set(optimizer) != {"name", *OPTIMIZERS[optimizer["name"]]}:
        raise SpecError(f"optimizer must have all settings of {optimizer['name']}, and no others")
    if not known:
        _check_plain(parameters)
        return
    if given.get("split") == "official" or given.get("rotation") == 0:
        raise SpecError("data says what is so anyway")
    if set(settle(settings, data)) != set(settings):
        raise SpecError("data lacks a split_seed, or has a train_size of all images")
    architecture = ARCHITECTURES[model["architecture"]]
    filled = {name for name, value in architecture.defaults.items() if value is not None}
    if not {*architecture.required, *filled} <= set(parameters) <= architecture.parameters:
        raise SpecError("model.parameters must be all those of its architecture, and no others")


def _check_plain(parameters: Json) -> None:
    """Refuse parameters that are no plain values: of another revision that is all that is known."""
    for name, value in parameters.items():
        if not isinstance(value, (bool, int, float, str)):
            raise SpecError(f"model.parameters.{quoted(name, 60)} must be a number or a text")


def _check_how(spec: Json) -> None:
    engine, backend, device = (spec[name] for name in ("engine", "backend", "device"))
    if not isinstance(engine, str) or backend not in ENGINES.get(engine, ()):
        raise SpecError(f"{quoted(engine, 60)} with {quoted(backend, 60)} is no engine's backend")
    if device not in DEVICES:
        raise SpecError(f"device must be cpu or gpu, not {quoted(device, 60)}")


def _known(model: Json, optimizer: Json) -> bool:
    """Say whether a model's parameters are known here: another revision's may be others.

    Raises:
        OtherVersionError: for an architecture or an optimizer that is not there at all.
    """
    for what, name, known in (
        ("architecture", model["architecture"], ARCHITECTURES),
        ("optimizer", optimizer["name"], OPTIMIZERS),
    ):
        if not isinstance(name, str) or name not in known:
            raise OtherVersionError(
                f"This run has the {what} {quoted(name, 60)}, which this tunegrid does not have: "
                f"upgrade tunegrid."
            )
    return model["revision"] == ARCHITECTURES[model["architecture"]].revision


def _described(data: Json) -> Dataset:
    """Give the data set that is meant, as far as it is known without its arrays."""
    name, digest = data.get("dataset"), data.get("digest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise SpecError(f"data.digest must be 64 hexadecimal digits, not {quoted(digest, 80)}")
    if name != OWN:
        if not isinstance(name, str) or name not in DATASETS:
            raise OtherVersionError(
                f"This run is of the data set {quoted(name, 60)}: upgrade tunegrid."
            )
        _check_fields(data, frozenset(), set(data) - _OF_OWN, "data")
        return DATASETS[name]
    _check_fields(data, _OF_OWN, data, "data")
    shape = data["shape"]
    if not isinstance(shape, list) or not _DIMENSIONS[0] <= len(shape) <= _DIMENSIONS[1]:
        raise SpecError(
            f"data.shape must be a list of one to three counts, not {quoted(shape, 60)}"
        )
    values = 1
    for side in shape:
        _number("data.shape", side)
        values *= side
    if values > MOST_VALUES:
        raise SpecError(f"data.shape is of {values} values, and {MOST_VALUES} are the most")
    for count in ("classes", "train_images", "test_images"):
        _number(f"data.{count}", data[count])
    if data["classes"] not in _CLASSES:
        raise SpecError(f"data.classes must be 2 to 65535, not {data['classes']}")
    counts = (tuple(shape), data["classes"], data["train_images"], data["test_images"])
    return Dataset(OWN, "data of one's own", digest, *counts)


def _object(spec: Json, name: str) -> Json:
    value = spec[name]
    if not isinstance(value, dict):
        raise SpecError(f"{name} must be an object, not {quoted(value, 60)}")
    return value


def _check_fields(value: Json, needed: AbstractSet[str], known: Collection[str], what: str) -> None:
    for name in sorted(needed - set(value)):
        raise SpecError(f"{what} lacks {name}")
    for name in value:
        if name not in known:
            raise SpecError(f"{what} has {quoted(name, 60)}, which is none of its fields")


def _number(name: str, value: object) -> None:
    if type(value) is not int or not 1 <= value <= MOST:
        raise SpecError(f"{name} must be a whole number from 1 to {MOST}, not {quoted(value, 60)}")
