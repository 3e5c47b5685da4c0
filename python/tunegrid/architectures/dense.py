"""Networks of dense layers only."""

from typing import TYPE_CHECKING

from . import counting
from .registry import Architecture, Parameters, Shape, levels

if TYPE_CHECKING:
    import keras


def _dense_stack(classes: int, *, dropout: float, l2: float, **units: int) -> list["keras.Layer"]:
    """Dense layers on the flattened image, dropout before the output.

    Source: the first layer table of kh2021, section 3.1.
    """
    from keras import layers

    from .layers import penalty

    stack: list[keras.Layer] = [layers.Flatten()]
    stack += [
        layers.Dense(count, activation="relu", kernel_regularizer=penalty(l2))
        for count in levels(units, "dense")
    ]
    if dropout > 0:
        stack.append(layers.Dropout(dropout))
    stack.append(layers.Dense(classes, activation="softmax"))
    return stack


def _mlp(
    classes: int, *, activation: str, normalise: str, dropout: float, l2: float, **units: int
) -> list["keras.Layer"]:
    """Dense layers, each activated, normalised and followed by dropout; L2 on every kernel.

    Sources: the code of korssjoen2020, lines 19 to 36; that of conv-followup's baseline; the
    text of nn-modelling, section 2.
    """
    from keras import layers

    from .layers import dense_layers

    every = normalise == "every"
    how = {"activation": activation, "l2": l2, "rate": dropout, "normalise": every}
    return [layers.Flatten(), *dense_layers(levels(units, "dense"), classes, **how)]


def _check_dense(parameters: Parameters, _: Shape) -> None:
    levels(parameters, "dense")


DENSE = (
    Architecture(
        name="dense_stack",
        revision=1,
        about="dense ReLU layers, dropout before the output",
        required=("dense1",),
        defaults={"dense2": None, "dense3": None, "dropout": 0.0, "l2": 0.0},
        build=_dense_stack,
        weights=counting.dense,
        check=_check_dense,
    ),
    Architecture(
        name="mlp",
        revision=1,
        about="dense layers of any activation, each normalised and followed by dropout if wanted",
        required=("dense1",),
        defaults={
            "dense2": None,
            "dense3": None,
            "activation": "relu",
            "normalise": "none",
            "dropout": 0.0,
            "l2": 0.0,
        },
        build=_mlp,
        weights=counting.dense,
        check=_check_dense,
    ),
)
