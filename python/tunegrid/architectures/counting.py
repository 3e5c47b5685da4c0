"""How many weights a built-in model has, before Keras makes one of them. Without Keras.

Each function counts those of an architecture of its name, trainable or not, from its parameters,
the shape of an example and the number of classes.
"""

from collections.abc import Callable, Iterator, Sequence

from .registry import Parameters, Shape, levels

# A layer, as far as its weights go: what it is, how many (filters, units, pixels), a kernel's side.
Step = tuple[str, int, int]
Count = Callable[[Parameters, Shape, int], int]

_POOL, _FLATTEN, _NORMALISE = ("pool", 2, 0), ("flatten", 0, 0), ("normalise", 0, 0)
_OF_NORMALISATION = len(("gamma", "beta", "mean", "variance"))


def _counted(steps: Callable[[Parameters], Iterator[Step]]) -> Count:
    """Count the weights of steps, and of the dense layer of classes after them."""

    def count(parameters: Parameters, shape: Shape, classes: int) -> int:
        *sides, before = shape
        total = 0
        for what, number, kernel in (*steps(parameters), ("dense", classes, 0)):
            match what:
                case "flatten":
                    for side in sides:
                        before *= side
                case "normalise":
                    total += _OF_NORMALISATION * before
                case "pool":
                    sides = [side // number for side in sides]
                case "pad":
                    sides = [side + 2 * number for side in sides]
                case "dense":
                    total, before = total + (before + 1) * number, number
                case "valid" | "same":
                    total, before = total + (kernel**2 * before + 1) * number, number
                    sides = [side - (what == "valid") * (kernel - 1) for side in sides]
        return total

    return count


@_counted
def conv_stack(parameters: Parameters) -> Iterator[Step]:  # noqa: D103 - see the module
    for position, count in enumerate(levels(parameters, "layer")):
        yield from [_POOL] if position > 0 else []
        yield "valid", count, parameters["kernel"]
    yield from (_FLATTEN, ("dense", parameters["layerdense"], 0))


@_counted
def conv_network(parameters: Parameters) -> Iterator[Step]:  # noqa: D103
    for position, count in enumerate(levels(parameters, "layer")):
        yield "same", count, parameters["kernel"]
        yield from [_POOL] if position < parameters["pools"] else []
    yield _FLATTEN
    yield from (("dense", count, 0) for count in levels(parameters, "dense"))


@_counted
def four_conv(parameters: Parameters) -> Iterator[Step]:  # noqa: D103
    every = [_NORMALISE] if parameters["normalise"] == "every" else []
    first = [_NORMALISE] if parameters["normalise"] != "none" else []
    for position, count in enumerate(levels(parameters, "layer")):
        yield "same", count, parameters["kernel"]
        yield from every if position else first
    yield from (_POOL, _FLATTEN, ("dense", parameters["layerdense"], 0), *every)


@_counted
def block_cnn(parameters: Parameters) -> Iterator[Step]:  # noqa: D103
    for count in levels(parameters, "layer"):
        yield from 2 * (("same", count, 3), _NORMALISE)
        yield _POOL
    yield from (_FLATTEN, ("dense", parameters["layerdense"], 0), _NORMALISE)


def vgg(blocks: Sequence[tuple[int, int]], padding: int) -> Count:
    """Count for a network of blocks: filters and how many convolutions of them, then a pooling."""

    @_counted
    def count(parameters: Parameters) -> Iterator[Step]:
        yield "pad", padding, 0
        for filters, times in blocks:
            yield from [("same", filters, 3)] * times
            yield _POOL
        yield _FLATTEN
        yield from (("dense", parameters[name], 0) for name in ("dense1", "dense2"))

    return count


@_counted
def dense(parameters: Parameters) -> Iterator[Step]:  # noqa: D103
    yield _FLATTEN
    for count in levels(parameters, "dense"):
        yield "dense", count, 0
        yield from [_NORMALISE] if parameters.get("normalise") == "every" else []
