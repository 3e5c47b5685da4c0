"""The settings of a run: their names, types and limits, and Keras's defaults for optimizers.

A study file gives settings in layers (study, experiment, protocol, configuration, command); each
layer is a part of `Settings`. Names are Keras's where Keras has one.
"""

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    with_config,
)
from typing_extensions import TypedDict

from ..errors import SpecError, mistaken, quoted


def whole(value: object) -> object:
    """Let 16.0 pass for 16, which is how R writes whole numbers, and NumPy's for Python's."""
    if isinstance(value, int) or not isinstance(value, Real):
        return value
    if isinstance(value, Integral):
        return int(value)
    return int(value) if math.isfinite(value) and value == int(value) else float(value)


def _real(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    try:
        return float(value)
    except OverflowError:  # of whole numbers with hundreds of digits
        return math.inf if value > 0 else -math.inf


Count = Annotated[int, Strict(), Field(ge=1, le=10**9), BeforeValidator(whole)]
Natural = Annotated[int, Strict(), Field(ge=0, le=10**9), BeforeValidator(whole)]
Rate = Annotated[float, Strict(), Field(ge=0, lt=1), BeforeValidator(_real)]
Positive = Annotated[
    float, Strict(), Field(gt=0, lt=1e38, allow_inf_nan=False), BeforeValidator(_real)
]
Activation = Literal["relu", "tanh", "sigmoid", "leaky_relu"]
Penalty = Annotated[float, Strict(), Field(ge=0, lt=1e6), BeforeValidator(_real)]


@with_config(ConfigDict(extra="forbid"))
class Settings(TypedDict, total=False):
    """Every name that a setting can have. Absent means: as the layer below says.

    dataset to rotation say what is learned from, architecture to dropconnect what learns, loss
    to precision how; the reported ones say which scores the study's own columns hold.
    """

    dataset: Annotated[str, Field(min_length=1, max_length=64)]
    scaling: Literal["none", "unit", "standard"]
    orientation: Literal["upright", "transposed"]
    split: Literal["official", "pooled"]
    split_seed: Natural
    validation: Literal["test", "first", "last", "fold"]
    validation_size: Natural
    fold: Count
    folds: Count
    train_size: Count
    rotation: Rate

    architecture: Literal[
        "conv_stack",
        "conv_network",
        "four_conv",
        "block_cnn",
        "vgg16",
        "dense_stack",
        "mlp",
        "keras",
    ]
    keras_json: str
    layer1: Count
    layer2: Count
    layer3: Count
    layer4: Count
    kernel: Count
    conv_activation: Activation
    pools: Natural
    pooling: Literal["max", "average"]
    layerdense: Count
    dense1: Count
    dense2: Count
    dense3: Count
    activation: Activation
    normalise: Literal["none", "first", "every"]
    dropout: Rate
    conv_dropout: Rate
    dense_dropout: Rate
    dropconnect: Rate
    l2: Penalty

    loss: Literal["categorical_crossentropy"]
    optimizer: Literal["adadelta", "adam", "nadam", "rmsprop", "sgd"]
    learning_rate: Positive
    momentum: Rate
    nesterov: bool
    rho: Rate
    centered: bool
    beta_1: Rate
    beta_2: Rate
    amsgrad: bool
    epsilon: Positive
    batch_size: Count
    epochs: Count
    precision: Literal["float32", "bfloat16"]

    reported_loss: Literal["training", "validation", "test"]
    reported_accuracy: Literal["validation", "test"]
    reported_epoch: Literal["last", "best"]


NAMES = frozenset(Settings.__annotations__)
_ADAPTER = TypeAdapter(Settings)

#: What holds when neither the study nor the user says otherwise.
DEFAULTS: Mapping[str, object] = {
    "scaling": "unit",
    "orientation": "upright",
    "validation": "test",
    "validation_size": 0,
    "loss": "categorical_crossentropy",
    "optimizer": "rmsprop",
    "batch_size": 32,
    "precision": "float32",
    "reported_loss": "validation",
    "reported_accuracy": "validation",
    "reported_epoch": "last",
}

#: Keras's own defaults, written out so that they are part of a run's key
#: (source: the constructors in `keras.optimizers`; a test compares).
OPTIMIZERS: Mapping[str, Mapping[str, object]] = {
    "adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-07},
    "adam": {
        "learning_rate": 0.001,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-07,
        "amsgrad": False,
    },
    "nadam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07},
    "rmsprop": {
        "learning_rate": 0.001,
        "rho": 0.9,
        "momentum": 0.0,
        "epsilon": 1e-07,
        "centered": False,
    },
    "sgd": {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False},
}


#: Named overrides. `quick` is a look at a grid in minutes, and no replication of it.
PRESETS: Mapping[str, Mapping[str, object]] = {
    "full": {},
    "quick": {"epochs": 2, "train_size": 10_000},
}


def given_settings(values: object) -> Mapping[str, object]:
    """Give settings as an argument `set` has them, none for None.

    Raises:
        SpecError: for what is no mapping.
    """
    if not isinstance(values, (Mapping, type(None))):
        raise mistaken("set", "a mapping of settings, as {'dropout': 0.3}", values)
    return values or {}


def preset_settings(preset: object) -> Mapping[str, object]:
    """Give the settings of a preset.

    Raises:
        SpecError: for an unknown one, listing them.
    """
    if not isinstance(preset, str) or preset not in PRESETS:
        raise SpecError(f"There is no preset '{quoted(preset)}': choose from {', '.join(PRESETS)}.")
    return PRESETS[preset]


def check_settings(values: Mapping[str, object]) -> dict[str, object]:
    """Return settings, given by some of the names of `Settings`, with 16.0 as 16.

    Raises:
        SpecError: for an unknown name or a value out of bounds, naming it.
    """
    for name in given_settings(values):
        if not isinstance(name, str):
            raise mistaken("A setting's name", "a text", name)
        if name not in NAMES:
            close = get_close_matches(name, NAMES, n=1)
            hint = (
                f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(NAMES))}."
            )
            raise SpecError(f"There is no setting called '{quoted(name)}': {hint}")
    try:
        return dict(_ADAPTER.validate_python(dict(values)))
    except ValidationError as error:
        raise SpecError(explain(error)) from None


#: How texts are written that have a pattern.
_WRITTEN = {
    "^[a-z][a-z0-9-]*$": "small letters, digits and hyphens that begin with a letter",
    "^[0-9a-f]{64}$": "64 hexadecimal digits",
}


def explain(error: ValidationError) -> str:
    """Say in one sentence, by key path, what is wrong first in a checked value."""
    errors = error.errors(include_url=False)
    # A misspelt key is missing under its right name too: speak of what is there.
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    path = quoted(".".join(str(part) for part in first["loc"])) or "the file"
    match first["type"]:
        case "extra_forbidden":
            return f"{path} is not a known key; is it misspelt?"
        case "missing":
            return f"{path} is missing."
        case "union_tag_invalid" | "union_tag_not_found":
            key, known = first["ctx"]["discriminator"].strip("'"), first["ctx"]
            if "tag" not in known:
                return f"{path}.{key} is missing."
            said = quoted(known["tag"], write=repr)
            return f"{path}.{key} must be one of {known['expected_tags']}, not {said}."
        case "value_error":
            return f"{path}: {first['ctx']['error']}"
        case "string_pattern_mismatch":
            wanted = f"must be {_WRITTEN[first['ctx']['pattern']]}"
        case _:
            wanted = re.sub(r"^\w+ should ", "must ", first["msg"])
    return f"{path} {wanted}, not {quoted(first['input'], write=repr)}."
