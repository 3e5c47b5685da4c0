"""What a source says of its images: sizes, splits, steps, and scores that n images can give."""

import math
from collections.abc import Iterator

from ..data.datasets import DATASETS, Dataset
from ..data.split import held_out
from ..plan.configuration import Configuration
from ..study.csvfile import Printed
from .evidence import Evidence, places
from .finding import Finding
from .precision import TINY, slack


def samples(evidence: Evidence) -> Iterator[Finding]:
    """Images trained, scored and tested on follow from the data set and the split."""
    for entry in evidence.stated("samples"):
        found = evidence.conflicts(
            entry.group, entry.value, lambda one, of=entry.of: sizes(one)[of]
        )
        for expected, cells in found:
            yield Finding(
                entry.source,
                entry.value.text,
                str(expected),
                f"{entry.source}: {entry.value.text} {entry.of} images are stated for "
                f"{places(cells)}; the split leaves {expected}.",
            )


def steps(evidence: Evidence) -> Iterator[Finding]:
    """Batches an epoch follow from the training images and the batch size."""
    for entry in evidence.stated("steps"):
        for expected, cells in evidence.conflicts(entry.group, entry.value, _steps):
            one = evidence.default(cells[0])
            yield Finding(
                entry.source,
                entry.value.text,
                str(expected),
                f"{entry.source}: {entry.value.text} batches an epoch are stated; "
                f"{sizes(one)['training']} training images in batches of "
                f"{one.settings['batch_size']} make {expected}.",
            )


def facts(evidence: Evidence) -> Iterator[Finding]:
    """What is said of a data set is so."""
    for entry in evidence.stated("dataset"):
        dataset = DATASETS[entry.dataset]
        known = _facts(dataset)[entry.fact]
        if known != {float(entry.value)}:
            expected = " to ".join(str(value) for value in sorted({min(known), max(known)}))
            yield Finding(
                entry.source,
                entry.value.text,
                expected,
                f"{entry.source}: {entry.fact.replace('_', ' ')} of {dataset.title} is given as "
                f"{entry.value.text}; it is {expected}.",
                "note",
            )


def possible_accuracies(evidence: Evidence) -> Iterator[Finding]:
    """An accuracy over n images is a multiple of 1/n, rounded as it is printed.

    Source of the idea: the GRIM test for means of whole numbers (Brown and Heathers, 2017).
    """
    for place, value, n in _accuracies(evidence):
        if isinstance(value, Printed) and not is_possible(value, n):
            nearest = f"{round(value * n) / n:.{value.decimals + 2}f}"
            yield Finding(
                place,
                value.text,
                nearest,
                f"{place}: no share of {n} images rounds to {value.text}; {nearest} is nearest.",
            )


def is_possible(accuracy: Printed, n: int) -> bool:
    """Say whether some number of n images gives an accuracy that rounds to the printed one.

    >>> is_possible(Printed("0.8568"), 6000), is_possible(Printed("0.8569"), 6000)
    (True, False)
    """
    nearest = round(accuracy * n) / n
    return 0 <= nearest <= 1 and abs(nearest - accuracy) <= slack(accuracy) + TINY


def sizes(one: Configuration) -> dict[str, int]:
    """Count the images that a configuration is trained, scored and tested on."""
    there, tested = one.data.train_images, one.data.test_images
    names = ("validation_size", "fold", "folds")
    held = held_out(there, **{name: one.settings.get(name) for name in names})
    return {
        "training": one.settings.get("train_size", there - held),
        "validation": held or tested,
        "test": tested,
    }


def updates(one: Configuration) -> int:
    """Count the updates of the weights in all epochs of a configuration."""
    return _steps(one) * one.settings["epochs"]


def _steps(one: Configuration) -> int:
    """As Keras does: the last batch of an epoch may be smaller."""
    return math.ceil(sizes(one)["training"] / one.settings["batch_size"])


def _facts(dataset: Dataset) -> dict[str, set[int]]:
    train, test = dataset.train_images, dataset.test_images
    height, width = dataset.shape
    return {
        "images": {train + test},
        "train_images": {train},
        "test_images": {test},
        "classes": {dataset.classes},
        "train_images_per_class": set(dataset.train_counts),
        "test_images_per_class": set(dataset.test_counts),
        "side": {height, width},
        "pixels": {height * width},
        "pixel_maximum": {255},
    }


def _accuracies(evidence: Evidence) -> Iterator[tuple[str, float, int]]:
    """Give every printed accuracy: where, and over how many images."""
    for cell in evidence.pick(None):
        one = evidence.default(cell)
        images = {**sizes(one), "reported": sizes(one)[one.settings["reported_accuracy"]]}
        for name, kind in _CELLS.items():
            if name in cell.scores:
                yield f"{cell.place}, {cell.label}", cell.scores[name], images[kind]
    for table in evidence.tables("epochs"):
        images = sizes(evidence.owner(table))
        for row in evidence.study.printed(table):
            for name, kind in _EPOCHS.items():
                if row.get(name) is not None:
                    yield f"{table.title}, epoch {row['epoch']}", row[name], images[kind]


#: Over which images the accuracies of a table of scores are, and those of a log.
_CELLS = {"accuracy": "reported", "val_accuracy": "validation", "test_accuracy": "test"}
_EPOCHS = {"accuracy": "training", "val_accuracy": "validation"}
