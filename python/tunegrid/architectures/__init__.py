"""From a configuration to a Keras model.

Planning needs the parameters of an architecture and their limits, and must not wait for Keras;
building needs Keras, which is imported then.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .convolution import CONVOLUTION
from .dense import DENSE
from .keras_json import KERAS_JSON, check_classes, check_fits, model_json
from .own_model import read_model, without_weights
from .registry import GREY, Architecture, Shape

if TYPE_CHECKING:
    import keras

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "build_model",
    "check_classes",
    "check_fits",
    "model_json",
    "model_of",
    "parameter_counts",
    "read_model",
    "without_weights",
]

ARCHITECTURES: Mapping[str, Architecture] = {
    one.name: one for one in (*CONVOLUTION, *DENSE, KERAS_JSON)
}


def build_model(
    name: str,
    parameters: Mapping[str, object],
    *,
    shape: Shape = GREY,
    classes: int = 10,
    rotation: float | None = None,
) -> "keras.Model":
    """Build a model with fresh weights.

    Args:
        name: a key of `ARCHITECTURES`.
        parameters: as `Architecture.resolve` gives them.
        shape: of what it takes: (height, width, channels) or (features,).
        classes: how many probabilities it gives.
        rotation: turn training images at random by up to this share of a full turn, either way.

    Raises:
        SpecError: for a model of the user's own that Keras cannot build.
    """
    import keras

    if name == KERAS_JSON.name:
        own = read_model(str(parameters["keras_json"]))
        return own if rotation is None else keras.Sequential([_turning(rotation), own])
    turned = [] if rotation is None else [_turning(rotation)]
    layers = ARCHITECTURES[name].build(classes, **parameters)
    return keras.Sequential([keras.Input(shape), *turned, *layers])


def model_of(
    settings: Mapping[str, object], shape: Shape = GREY, classes: int = 10
) -> "keras.Model":
    """Build the model that the settings of a configuration describe, with fresh weights."""
    architecture = ARCHITECTURES[str(settings["architecture"])]
    parameters = architecture.resolve(settings, shape, classes)
    return build_model(architecture.name, parameters, shape=shape, classes=classes)


def parameter_counts(model: "keras.Model") -> dict[str, int]:
    """Count a model's parameters: total, trainable, non_trainable."""
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_variables)
    total = model.count_params()
    return {"total": total, "trainable": trainable, "non_trainable": total - trainable}


def _turning(rotation: float) -> "keras.Layer":
    """Keras's own layer; what comes in from outside the image is black, as around it."""
    import keras

    return keras.layers.RandomRotation(rotation, fill_mode="constant", fill_value=0.0)
