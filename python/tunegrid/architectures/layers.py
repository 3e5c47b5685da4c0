"""Layers that several architectures are made of. Imported only when a model is built."""

from collections.abc import Sequence

import keras
from keras import layers

#: The slope of LeakyReLU for negative inputs (source: the code of korssjoen2020).
NEGATIVE_SLOPE = 0.1


def penalty(l2: float) -> keras.Regularizer | None:
    """Give an L2 regularizer, or none for a factor of 0."""
    return keras.regularizers.L2(l2) if l2 > 0 else None


def activated(layer: type[keras.Layer], *args: object, activation: str, **more: object) -> list:
    """Make a layer with its activation; LeakyReLU is a layer of its own, a new one each time.

    One LeakyReLU object in several places would be lost when a Sequential goes through JSON.
    """
    if activation == "leaky_relu":
        return [layer(*args, **more), layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE)]
    return [layer(*args, activation=activation, **more)]


def dense_layers(
    units: Sequence[int],
    classes: int,
    *,
    activation: str,
    l2: float,
    rate: float,
    normalise: bool = False,
) -> list[keras.Layer]:
    """Make dense layers, each activated, normalised and followed by dropout, and the output.

    The penalty is on every kernel, the output's too.
    """
    stack: list[keras.Layer] = []
    for count in units:
        stack += activated(
            layers.Dense, count, activation=activation, kernel_regularizer=penalty(l2)
        )
        stack += [layers.BatchNormalization()] if normalise else []
        stack += dropout(rate)
    output = layers.Dense(classes, activation="softmax", kernel_regularizer=penalty(l2))
    return [*stack, output]


def dropout(rate: float) -> list[keras.Layer]:
    """Give a Dropout layer, or none for a rate of 0."""
    return [layers.Dropout(rate)] if rate > 0 else []


@keras.saving.register_keras_serializable(package="tunegrid")
class DropConnect(layers.Dense):
    """A dense layer that drops single weights while it trains, not whole units.

    Each step draws one mask for the kernel; kept weights are scaled by 1 / (1 - rate), so that
    nothing changes for prediction. Source of the idea: Wan et al., Regularization of Neural
    Networks using DropConnect, ICML 2013 (which samples at prediction; we take the mean).
    """

    def __init__(self, units: int, rate: float, **more: object) -> None:
        super().__init__(units, **more)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs: object, training: object = None) -> object:
        kernel = self.kernel
        if training:
            kernel = keras.random.dropout(kernel, self.rate, seed=self.seed_generator)
        outputs = keras.ops.matmul(inputs, kernel)
        return self.activation(keras.ops.add(outputs, self.bias))

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), "rate": self.rate}
