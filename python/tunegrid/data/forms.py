"""The forms in which data of one's own is given, and its columns by name."""

from collections.abc import Mapping

from ..errors import DataError, listed
from .datasets import PARTS

#: Names of columns that a sentence lists.
_SHOWN = 6


def four_arrays(data: object) -> dict[str, object]:
    """Find the four arrays in any of the forms in which data is given.

    Args:
        data: as `own_data` takes it.

    Returns:
        x_train, y_train, x_test, y_test. Where both x are frames whose columns have names, those
        of x_test are in the order of x_train's.

    Raises:
        DataError: for another form, and naming the columns that only one of the two has.
    """
    found = _four(data)
    return {**found, "x_test": _by_name(found["x_train"], found["x_test"])}


def _four(data: object) -> dict[str, object]:
    if isinstance(data, Mapping):
        if {"train", "test"} <= set(data):
            return {
                f"{axis}_{part}": one
                for part in ("train", "test")
                for axis, one in zip("xy", _pair(data[part], part), strict=True)
            }
        missing = [part for part in PARTS if data.get(part) is None]
        if missing:
            raise DataError(
                f"Data lacks {', '.join(missing)}: give x_train, y_train, x_test and y_test."
            )
        return {part: data[part] for part in PARTS}
    if isinstance(data, (tuple, list)):
        if len(data) == len(PARTS):
            return dict(zip(PARTS, data, strict=True))
        if len(data) == len(("train", "test")):
            train, test = (_pair(*one) for one in zip(data, ("train", "test"), strict=True))
            return dict(zip(PARTS, (*train, *test), strict=True))
    raise DataError(
        f"Data must be (x_train, y_train, x_test, y_test), or a mapping with these names, not "
        f"{short(data)}."
    )


def _pair(data: object, part: str) -> tuple[object, object]:
    """Give the examples and the labels of a part."""
    if isinstance(data, Mapping):
        if {"x", "y"} <= set(data):
            return data["x"], data["y"]
    elif isinstance(data, (tuple, list)) and len(data) == len("xy"):
        return data[0], data[1]
    raise DataError(f"The data's {part} must have x and y, not {short(data)}.")


def _by_name(train: object, test: object) -> object:
    """Give the test examples with their columns in the order of the training examples'."""
    both = _names(train), _names(test)
    if None in both or both[0] == both[1]:
        return test
    names, others = both
    sides = [(names, others, "x_train", "x_test"), (others, names, "x_test", "x_train")]
    said = [
        f"{part} has the columns {listed(lacking, _SHOWN)} that {other} lacks"
        for own, there, part, other in sides
        if (lacking := [name for name in own if name not in there])
    ]
    if said:
        raise DataError(
            f"{', and '.join(said)}: give both the same columns, or arrays, whose columns are "
            f"taken in their order."
        )
    if len(names) + len(others) > 2 * len(set(names)):
        raise DataError(
            "x_train and x_test have two columns of one name, and not in the same order: give "
            "each a name of its own."
        )
    return test[names]


def _names(frame: object) -> list[str] | None:
    """Give the names of a frame's columns; None where there are none."""
    names = getattr(frame, "columns", None)
    found = [] if names is None else list(names)
    return found if found and all(isinstance(name, str) for name in found) else None


def short(value: object) -> str:
    """Write what was given in the room that a sentence has."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{type(value).__name__} {text[:50]}…"  # noqa: PLR2004
