"""What can be said of a data set from its arrays alone: counts, ranges, what occurs twice."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .datasets import Images

TRAIN, TEST, BOTH = "train", "test", "train and test"

#: Bytes of the hash by which examples are compared: two that differ share one never.
_HASH = 16


@dataclass(frozen=True)
class Statement:
    """One thing that is so.

    Attributes:
        check: what was looked at, in the same words for every data set.
        part: where: `train`, `test`, or `train and test`.
        count: how many.
        detail: the rest of it, for people.
        low, high: the least and the greatest of what was looked at, where it has a range.
    """

    check: str
    part: str
    count: int
    detail: str
    low: float | None = None
    high: float | None = None


def inspect_images(
    images: Images, classes: int, class_names: Sequence[str] = ()
) -> list[Statement]:
    """Look at the arrays of a data set.

    Args:
        images: x (n, *shape), uint8 or float32, in any unit; y (n,), whole numbers from 0, below
            `classes`.
        classes: how many there are, also such as do not occur.
        class_names: one for each class; none by default.

    Returns:
        In this order: `examples` of each part, with the least and the greatest value; `classes`
        that occur in it, with the least and the greatest number of examples that one of them
        has; the examples of each class, in a part in which they are not all as many; `constant
        values`, the positions at which all training examples are the same; and what occurs more
        than once, value by value, in a part and across the two. `duplicates` of a part are all
        examples that have an equal one in it; across the parts they are the test examples that
        equal a training example. `duplicates with another label` are those of them that have an
        equal one of another class.
    """
    parts = {
        TRAIN: (images.x_train, images.y_train),
        TEST: (images.x_test, images.y_test),
    }
    noun = _noun(images.x_train)
    found = [_examples(part, x) for part, (x, _) in parts.items()]
    counts = {part: np.bincount(y, minlength=classes) for part, (_, y) in parts.items()}
    found += [_classes(part, count, noun) for part, count in counts.items()]
    for label in range(classes):
        name = f"class {label}" + (f" ({class_names[label]})" if class_names else "")
        for part, count in counts.items():
            if count.min() == count.max():
                continue
            share = f"{count[label] / count.sum():.2%} of all".replace("%", " %")
            found.append(Statement(name, part, int(count[label]), share))
    return [*found, _constant(images.x_train, noun), *_duplicates(images, noun)]


def _noun(x: np.ndarray) -> str:
    """Say what examples are: rows of features are no images."""
    return "images" if x.ndim > len(("example", "feature")) else "examples"


def _examples(part: str, x: np.ndarray) -> Statement:
    low, high = float(x.min()), float(x.max())
    shape = " × ".join(map(str, x.shape[1:]))
    what = f"{shape} {'features' if x.ndim == len(('example', 'feature')) else 'pixels'}"
    said = f"{what}, {x.dtype}, from {low:g} to {high:g}"
    return Statement("examples", part, len(x), said, low, high)


def _classes(part: str, counts: np.ndarray, noun: str) -> Statement:
    present = counts[counts > 0]
    low, high = int(present.min()), int(present.max())
    said = f"{low} {noun} of each" if low == high else f"from {low} to {high} {noun} of each"
    absent = len(counts) - len(present)
    if absent:
        said += f"; of {len(counts)} classes {absent} {'does' if absent == 1 else 'do'} not occur"
    return Statement("classes", part, len(present), said, low, high)


def _constant(x: np.ndarray, noun: str) -> Statement:
    values = x.reshape(len(x), -1)
    count = int((values.min(axis=0) == values.max(axis=0)).sum())
    said = f"of {values.shape[1]}: the same in all training {noun}"
    return Statement("constant values", TRAIN, count, said)


def _duplicates(images: Images, noun: str) -> Iterator[Statement]:
    known: dict[bytes, int] = {}
    train, test = (_kinds(x, known) for x in (images.x_train, images.x_test))
    labelled = ((TRAIN, train, images.y_train), (TEST, test, images.y_test))
    for part, kinds, labels in labelled:
        counts = np.bincount(kinds, minlength=len(known))
        least, greatest = _labels(kinds, labels, len(known))
        are_more = counts > 1
        said = f"{noun} that occur more than once"
        said += f" ({int(are_more.sum())} different)" if are_more.any() else ""
        yield Statement("duplicates", part, int(counts[are_more].sum()), said)
        differ = int(counts[are_more & (least != greatest)].sum())
        yield Statement("duplicates with another label", part, differ, "of these")
    least, greatest = _labels(train, images.y_train, len(known))
    is_known = np.isin(test, train)
    differs = is_known & ((least[test] != images.y_test) | (greatest[test] != images.y_test))
    said = f"test {noun} that are training {noun} too"
    yield Statement("duplicates", BOTH, int(is_known.sum()), said)
    yield Statement("duplicates with another label", BOTH, int(differs.sum()), "of these")


def _kinds(x: np.ndarray, known: dict[bytes, int]) -> np.ndarray:
    """Number examples so that equal ones, and no others, have the same number.

    By BLAKE2b of 16 bytes: that two of a thousand million examples share one by chance has a
    probability below 1e-20.
    """
    values = np.ascontiguousarray(x.reshape(len(x), -1))
    if values.dtype.kind == "f":
        values = values + 0  # of the two zeros one
    hashes = (hashlib.blake2b(row.data, digest_size=_HASH).digest() for row in values)
    return np.fromiter((known.setdefault(one, len(known)) for one in hashes), int, len(values))


def _labels(kinds: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the least and the greatest label of each kind; 65 535 and -1 where there is none."""
    least, greatest = np.full(count, np.iinfo("u2").max), np.full(count, -1)
    np.minimum.at(least, kinds, labels)
    np.maximum.at(greatest, kinds, labels)
    return least, greatest
