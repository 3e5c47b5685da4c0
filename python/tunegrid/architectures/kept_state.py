"""Whether all that a model of the user's own computes with is in its JSON, or drawn anew."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecError

if TYPE_CHECKING:
    import keras


def single_layers(model: "keras.Model") -> Iterator["keras.Layer"]:
    """Give a model's layers, those of models inside it in their place."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from single_layers(layer)
        else:
            yield layer


def check_nothing_is_lost(model: "keras.Model", again: "keras.Model") -> None:
    """Refuse a model whose layers hold something that a model made of its JSON has not.

    Weights are no such thing: every run draws its own. What `adapt()` has learned is one, though
    Keras keeps it among the weights.

    Args:
        model: of one input of known shape.
        again: made of its JSON; it is given the weights of the first one.

    Raises:
        SpecError: naming the layer.
    """
    for layer, fresh in zip(single_layers(model), single_layers(again), strict=True):
        learned = zip(layer.get_weights(), fresh.get_weights(), strict=True)
        if hasattr(layer, "adapt") and not all(np.array_equal(*pair) for pair in learned):
            raise SpecError(
                f"The layer {layer.name} was adapted to data, and its JSON does not say what it "
                f"learned, so no worker would know: give it as arguments, as in "
                f"keras.layers.Normalization(mean=..., variance=...)."
            )
    again.set_weights(model.get_weights())
    if not _same_outputs(model, again):
        raise SpecError(
            f"The layer {_first_that_differs(model, again)} holds something that is not in its "
            f"JSON, so no worker would know it: give it as arguments of the layer."
        )


def _first_that_differs(model: "keras.Model", again: "keras.Model") -> str:
    """Name the first layer after which two models have other numbers."""
    import keras

    for layer, other in zip(model.layers, again.layers, strict=True):
        parts = (keras.Model(model.inputs, layer.output), keras.Model(again.inputs, other.output))
        if not _same_outputs(*parts):
            return layer.name
    return model.layers[-1].name


def _same_outputs(model: "keras.Model", other: "keras.Model") -> bool:
    """Compare what two models make of the same images; one that fails gives something else."""
    images = np.random.default_rng(0).random((2, *model.input_shape[1:]), np.float32)
    try:
        outputs = np.asarray(model(images)), np.asarray(other(images))
    except Exception:  # noqa: BLE001 - whatever a layer without its state can raise
        return False
    return np.allclose(*outputs, rtol=1e-4, atol=1e-6, equal_nan=True)
