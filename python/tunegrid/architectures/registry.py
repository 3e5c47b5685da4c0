"""What an architecture is: a name, parameters with limits, and a revision. Without Keras."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SpecError

if TYPE_CHECKING:
    import keras

Parameters = Mapping[str, object]


Shape = tuple[int, ...]

#: What an example is unless a data set says otherwise: Fashion-MNIST's.
GREY: Shape = (28, 28, 1)


#: The most weights of a model: 8 GB of them, and as much again for each moment of an optimizer.
MOST_WEIGHTS = 2_000_000_000


def too_large(what: str, weights: int) -> SpecError:
    """Say that a model has more weights than `MOST_WEIGHTS`."""
    return SpecError(
        f"{what} has {weights} weights, and {MOST_WEIGHTS} are the most: choose smaller layers."
    )


def unknown(_: Parameters, __: Shape, ___: int) -> int:
    """Count no weights."""
    return 0


def anything(_: Parameters, __: Shape) -> None:
    """Refuse no combination of parameters."""


@dataclass(frozen=True)
class Architecture:
    """A family of models with named parameters.

    Attributes:
        name: as in a study file.
        revision: part of every run's key; it rises when the layers of any member change.
        about: a line for people.
        required: parameters without a default.
        defaults: the others; None means that the part is absent.
        build: the number of classes and the parameters to an unbuilt list of Keras layers.
        weights: counts those of the parameters, a shape and a number of classes, where that is
            known without Keras.
        check: refuses, with a SpecError, parameters that do not go together, or not with examples
            of a shape.
        images: whether it takes images only, and no vectors.
    """

    name: str
    revision: int
    about: str
    required: tuple[str, ...]
    defaults: Parameters
    build: Callable[..., list["keras.Layer"]]
    weights: Callable[[Parameters, Shape, int], int] = unknown
    check: Callable[[Parameters, Shape], None] = anything
    images: bool = False

    @property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters."""
        return frozenset(self.required) | frozenset(self.defaults)

    def resolve(
        self, settings: Parameters, shape: Shape = GREY, classes: int = 10
    ) -> dict[str, object]:
        """Pick this architecture's parameters out of settings, with defaults filled in.

        Args:
            settings: any, by name.
            shape: of what the model takes: (height, width, channels) or (features,).
            classes: how many it tells apart.

        Raises:
            SpecError: when a required parameter is missing, the layers do not fit the shape, or
                they have too many weights.
        """
        missing = [name for name in self.required if settings.get(name) is None]
        if missing:
            raise SpecError(
                f"The architecture {self.name} needs {', '.join(missing)}: "
                f"give a value in the grid or in the settings."
            )
        chosen = {name: settings.get(name, self.defaults.get(name)) for name in self.parameters}
        present = {name: value for name, value in sorted(chosen.items()) if value is not None}
        if self.images and len(shape) != len(GREY):
            raise SpecError(
                f"The architecture {self.name} takes images, and these data are vectors of "
                f"{shape[0]} numbers: choose one of dense layers, or give images."
            )
        self.check(present, shape)
        weights = self.weights(present, shape, classes)
        if weights > MOST_WEIGHTS:
            raise too_large(f"The model of architecture = {self.name}", weights)
        return present


def check_halved(shape: Shape, times: int, what: str, padding: int = 0) -> None:
    """Refuse images of which so many poolings by two leave nothing, padded on every side.

    Raises:
        SpecError: saying what is wanted.
    """
    if (min(shape[:2]) + 2 * padding) >> times < 1:
        raise SpecError(
            f"{what}: {times} poolings leave nothing of a {shape[0]}×{shape[1]} image; choose "
            f"fewer, or larger images."
        )


def levels(parameters: Parameters, stem: str) -> list[int]:
    """Give layer1, layer2, … (or dense1, …) as a list.

    Raises:
        SpecError: when a number is missing between them.
    """
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
