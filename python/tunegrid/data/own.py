"""Data of one's own: what it can be, checked, as a data set with a digest."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from .datasets import DATASETS, PARTS, Dataset, Images, label_type
from .forms import four_arrays, short

#: What data is called that has no name of its own; what keys call all of it.
NAME, OWN = "own-data", "own"

#: The most classes: labels have two bytes at most.
MOST_CLASSES = 65_535

_BYTES = 256
_EXACT = 2**24  # up to which float32 has every whole number
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, eq=False)
class OwnData:
    """Data of one's own: what is known of it, and its arrays."""

    dataset: Dataset
    images: Images


def own_data(
    data: object, *, name: str | None = None, class_names: Sequence[str] | None = None
) -> OwnData:
    """Check data of one's own and make a data set of it.

    Args:
        data: `(x_train, y_train, x_test, y_test)`; `((x_train, y_train), (x_test, y_test))`, as
            Keras's `load_data()` gives; or a mapping of these four names, or of `train` and
            `test` with `x` and `y` each. x: (n, height, width), (n, height, width, channels) or
            (n, features), whose columns meet by name where both parts are frames; values that
            are all whole and from 0 to 255, of both parts and in whatever type, are kept as
            bytes, others as float32.
            y: whole numbers from 0, shape (n,) or (n, 1).
        name: for tables; default `own-data`. It is not part of any key.
        class_names: one for each class, also for such as do not occur; those that the mapping
            has under this name by default.

    Raises:
        DataError: naming the array, and the place in it.
    """
    name = NAME if name is None else name
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in DATASETS:
        raise DataError(
            f"Data must have a name of lower-case letters, digits, _ and -, which is not "
            f"{', '.join(DATASETS)}; not {short(name)}."
        )
    arrays = four_arrays(data)
    if class_names is None and isinstance(data, Mapping):
        class_names = data.get("class_names")
    x = _examples({part: arrays[part] for part in ("x_train", "x_test")})
    if x["x_train"].shape[1:] != x["x_test"].shape[1:]:
        raise DataError(
            f"x_train and x_test hold examples of different shapes: {x['x_train'].shape[1:]} and "
            f"{x['x_test'].shape[1:]}."
        )
    y = {part: _labels(arrays[part], part) for part in ("y_train", "y_test")}
    for part in ("train", "test"):
        if len(x[f"x_{part}"]) != len(y[f"y_{part}"]):
            raise DataError(
                f"x_{part} has {len(x[f'x_{part}'])} examples and y_{part} {len(y[f'y_{part}'])} "
                f"labels: there must be as many."
            )
    names = _class_names(class_names)
    classes = _classes(y, names)
    kept = label_type(classes)
    images = Images(**x, **{part: one.astype(kept) for part, one in y.items()})
    return OwnData(describe(images, name, classes, names), images)


def describe(images: Images, name: str, classes: int, class_names: Sequence[str] = ()) -> Dataset:
    """Say what is known of data whose arrays have been checked."""
    return Dataset(
        name=name,
        title=name,
        digest=digest_of(images, classes),
        shape=images.x_train.shape[1:],
        classes=classes,
        train_images=len(images.x_train),
        test_images=len(images.x_test),
        dtype=str(images.x_train.dtype),
        class_names=tuple(class_names),
        train_counts=tuple(np.bincount(images.y_train, minlength=classes).tolist()),
        test_counts=tuple(np.bincount(images.y_test, minlength=classes).tolist()),
    )


def digest_of(images: Images, classes: int) -> str:
    """Give the SHA-256 of data of one's own: of the four arrays' types, shapes and bytes."""
    described: dict[str, object] = {"classes": classes}
    for part in PARTS:
        array = np.ascontiguousarray(getattr(images, part))
        content = hashlib.sha256(array.data).hexdigest()
        described[part] = [array.dtype.str, list(array.shape), content]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _array(value: object, part: str) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise DataError(f"{part} is no array: its rows have different lengths.") from None
    if array.dtype == bool:
        return array.astype(np.uint8)
    if array.dtype.kind not in "iuf":
        raise DataError(f"{part} must hold numbers, not {array.dtype} as {_first(array)}.")
    return array


def _examples(given: Mapping[str, object]) -> dict[str, np.ndarray]:
    """Keep whole numbers from 0 to 255 as bytes, in whatever type they came; others as float32."""
    arrays = {part: _shaped(value, part) for part, value in given.items()}
    if all(_are_bytes(one) for one in arrays.values()):
        return {part: np.ascontiguousarray(one, np.uint8) for part, one in arrays.items()}
    return {part: _single(one, part) for part, one in arrays.items()}


def _shaped(value: object, part: str) -> np.ndarray:
    array = _array(value, part)
    if not 2 <= array.ndim <= 4 or 0 in array.shape:  # noqa: PLR2004 - vectors to colour images
        raise DataError(
            f"{part} must have the shape (n, height, width), (n, height, width, channels) or "
            f"(n, features), not {array.shape}."
        )
    return array


def _are_bytes(array: np.ndarray) -> bool:
    if array.dtype == np.uint8:
        return True
    if not (array.min() >= 0 and array.max() < _BYTES):
        return False
    return array.dtype.kind in "iu" or bool((array == np.floor(array)).all())


def _single(array: np.ndarray, part: str) -> np.ndarray:
    if array.dtype.kind in "iu" and max(-int(array.min()), int(array.max())) > _EXACT:
        raise DataError(f"{part} holds whole numbers beyond {_EXACT}: scale them first.")
    with np.errstate(over="ignore"):
        found = np.ascontiguousarray(array, "<f4")
    if not np.isfinite(found).all():
        place = tuple(int(one) for one in np.argwhere(~np.isfinite(found))[0])
        where, value = ", ".join(map(str, place)), array[place].item()
        must = "be a finite number"
        if np.isfinite(value):
            must = "have a place in single precision (below 3.4e38)"
        raise DataError(f"{part}[{where}] is {value}: every value must {must}.")
    return found


def _labels(value: object, part: str) -> np.ndarray:
    array = _array(value, part)
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004 - a column, as Keras's CIFAR has
        array = array[:, 0]
    if array.ndim != 1 or not len(array):
        raise DataError(
            f"{part} must have the shape (n,), a whole number for each example, not {array.shape}."
        )
    with np.errstate(invalid="ignore"):
        wrong = ~((array >= 0) & (array < MOST_CLASSES) & (array == np.floor(array)))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"{part}[{place}] is {array[place].item()}: labels must be whole numbers from 0 (to "
            f"{MOST_CLASSES - 1} at most)."
        )
    return array.astype(np.int64)


def _class_names(given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    if (
        isinstance(given, str)
        or not isinstance(given, (Sequence, np.ndarray))
        or not np.ndim(given)
    ):
        raise DataError(f"class_names must be a list of texts, not {short(given)}.")
    if not all(isinstance(name, str) for name in given):
        raise DataError(f"class_names must be a list of texts, not {short(list(given))}.")
    return tuple(str(name) for name in given)


def _classes(labels: Mapping[str, np.ndarray], names: Sequence[str]) -> int:
    part = max(labels, key=lambda one: labels[one].max())
    most = int(labels[part].max())
    if names and most >= len(names):
        place = int(np.argmax(labels[part]))
        raise DataError(
            f"{part}[{place}] is {most}, and class_names has {len(names)} names: for the classes "
            f"0 to {len(names) - 1}."
        )
    classes = len(names) or most + 1
    if classes < 2:  # noqa: PLR2004 - nothing to tell apart
        raise DataError("All labels are 0: there must be at least two classes to tell apart.")
    return classes


def _first(array: np.ndarray) -> str:
    if not array.size:
        return "nothing"
    value = array.flat[0]
    return short(value.item() if isinstance(value, np.generic) else value)
