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
    check: Callable[[Parameters, Shape], None] = anything
    images: bool = False

    @property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters."""
        return frozenset(self.required) | frozenset(self.defaults)

    def resolve(self, settings: Parameters, shape: Shape = GREY) -> dict[str, object]:
        """Pick this architecture's parameters out of settings, with defaults filled in.

        Args:
            settings: any, by name.
            shape: of what the model takes: (height, width, channels) or (features,).

        Raises:
            SpecError: when a required parameter is missing or the layers do not fit the shape.
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
