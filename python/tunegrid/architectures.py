"""From a configuration to a Keras model.

Planning needs the parameters of an architecture and their limits, and must not wait for Keras;
building needs Keras, which is imported then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import SpecError

if TYPE_CHECKING:
    import keras

IMAGE_SIDE = 28
CLASSES = 10


@dataclass(frozen=True)
class Architecture:
    """A family of models with named parameters.

    Attributes:
        name: as in a study file.
        revision: part of every run's key; it rises when the layers of any member change.
        required: parameters without a default.
        defaults: the others; None means that the part is absent.
        build: the parameters to an unbuilt list of Keras layers.
    """

    name: str
    revision: int
    required: tuple[str, ...]
    defaults: Mapping[str, object]
    build: Callable[..., list["keras.Layer"]]
    check: Callable[[Mapping[str, object]], None]

    @property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters."""
        return frozenset(self.required) | frozenset(self.defaults)

    def resolve(self, settings: Mapping[str, object]) -> dict[str, object]:
        """Pick this architecture's parameters out of settings, with defaults filled in.

        Raises:
            SpecError: when a required parameter is missing or the layers do not fit 28×28 images.
        """
        missing = [name for name in self.required if settings.get(name) is None]
        if missing:
            raise SpecError(
                f"The architecture {self.name} needs {', '.join(missing)}: "
                f"give a value in the grid or in the settings."
            )
        chosen = {name: settings.get(name, self.defaults.get(name)) for name in self.parameters}
        present = {name: value for name, value in sorted(chosen.items()) if value is not None}
        self.check(present)
        return present


def build_model(name: str, parameters: Mapping[str, object]) -> "keras.Model":
    """Build a model with fresh weights for 28×28 grey images and ten classes.

    Args:
        name: a key of `ARCHITECTURES`.
        parameters: as `Architecture.resolve` gives them.
    """
    import keras

    image = keras.Input((IMAGE_SIDE, IMAGE_SIDE, 1))
    return keras.Sequential([image, *ARCHITECTURES[name].build(**parameters)])


def _levels(parameters: Mapping[str, object], stem: str) -> list[int]:
    """Give layer1, layer2, … as a list, refusing gaps."""
    given = [
        (int(key.removeprefix(stem)), value)
        for key, value in parameters.items()
        if key.startswith(stem) and key.removeprefix(stem).isdigit()
    ]
    given.sort()
    if [number for number, _ in given] != list(range(1, len(given) + 1)):
        names = ", ".join(f"{stem}{number}" for number, _ in given)
        raise SpecError(
            f"Layers must be numbered from 1 without gaps, but these are given: {names}."
        )
    return [value for _, value in given]


def _conv_stack(
    *, kernel: int, layerdense: int, dropout: float, l2: float, **filters: int
) -> list["keras.Layer"]:
    """Convolutions with pooling between them and none after the last, one dense layer.

    Source: the layer tables and code of kh2021, section 4.2.
    """
    from keras import layers

    stack: list[keras.Layer] = []
    for position, count in enumerate(_levels(filters, "layer")):
        if position > 0:
            stack.append(layers.MaxPooling2D(2))
        stack.append(layers.Conv2D(count, kernel, activation="relu"))
    stack.append(layers.Flatten())
    if dropout > 0:
        stack.append(layers.Dropout(dropout))
    stack.append(_hidden(layerdense, l2))
    stack.append(layers.Dense(CLASSES, activation="softmax"))
    return stack


def _dense_stack(*, dropout: float, l2: float, **units: int) -> list["keras.Layer"]:
    """Dense layers on the flattened image, dropout before the output.

    Source: the first layer table of kh2021, section 3.1.
    """
    from keras import layers

    stack: list[keras.Layer] = [layers.Flatten()]
    stack += [_hidden(count, l2) for count in _levels(units, "dense")]
    if dropout > 0:
        stack.append(layers.Dropout(dropout))
    stack.append(layers.Dense(CLASSES, activation="softmax"))
    return stack


def _hidden(units: int, l2: float) -> "keras.Layer":
    import keras

    penalty = keras.regularizers.L2(l2) if l2 > 0 else None
    return keras.layers.Dense(units, activation="relu", kernel_regularizer=penalty)


def _check_conv_stack(parameters: Mapping[str, object]) -> None:
    """Refuse convolutions for which no pixel is left."""
    side = IMAGE_SIDE
    kernel = parameters["kernel"]
    for position, _ in enumerate(_levels(parameters, "layer")):
        side = (side // 2 if position > 0 else side) - kernel + 1
        if side < 1:
            raise SpecError(
                f"kernel = {kernel} is too large: at convolution {position + 1} nothing is left "
                f"of a {IMAGE_SIDE}×{IMAGE_SIDE} image; choose a smaller kernel or fewer layers."
            )


def _check_dense_stack(parameters: Mapping[str, object]) -> None:
    _levels(parameters, "dense")


ARCHITECTURES: Mapping[str, Architecture] = {
    "conv_stack": Architecture(
        name="conv_stack",
        revision=1,
        required=("layer1", "layerdense"),
        defaults={"layer2": None, "layer3": None, "kernel": 3, "dropout": 0.0, "l2": 0.0},
        build=_conv_stack,
        check=_check_conv_stack,
    ),
    "dense_stack": Architecture(
        name="dense_stack",
        revision=1,
        required=("dense1",),
        defaults={"dense2": None, "dense3": None, "dropout": 0.0, "l2": 0.0},
        build=_dense_stack,
        check=_check_dense_stack,
    ),
}
