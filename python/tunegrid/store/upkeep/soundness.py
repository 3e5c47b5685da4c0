"""What is wrong with a stored result, in words: its scores held against each other."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ...data.datasets import label_type
from ...plan.runs import RunSpec

Row = Mapping[str, object]

_SCORES = ("loss", "accuracy", "val_loss", "val_accuracy")


def wrong_run(row: Row) -> str:
    """Say what is wrong with a done run's own numbers, or nothing."""
    if (
        not isinstance(row["parameters"], int)
        or not isinstance(row["best_epoch"], int)
        or row["ended"] is None
    ):
        return "lacks its parameters or its end"
    return "" if _is_number(row["seconds"]) and row["seconds"] >= 0 else "took no number of seconds"


def wrong_epochs(epochs: Sequence[Row], spec: RunSpec, best: object) -> str:
    """Say what is wrong with a run's epochs, or nothing."""
    if len(epochs) != spec.epochs or any(
        epoch["epoch"] != number for number, epoch in enumerate(epochs, start=1)
    ):
        return f"has {len(epochs)} of {spec.epochs} epochs"
    for epoch in epochs:
        if not all(_is_number(epoch[name]) for name in _SCORES) or not all(
            0 <= epoch[name] <= 1 for name in ("accuracy", "val_accuracy")
        ):
            return f"has a score that is none in epoch {epoch['epoch']}"
    validated = [epoch["val_accuracy"] for epoch in epochs]
    if best != validated.index(max(validated)) + 1:
        return f"names epoch {best} as its best, and it is not"
    return ""


def wrong_prediction(
    score: Row | None, epoch: Row | None, spec: RunSpec, labels: np.ndarray | None
) -> str:
    """Say what is wrong with the predictions of a run after some epoch, or nothing.

    `epoch`: the one that was scored on the test images too, and must have the same scores.
    """
    if score is None or not isinstance(score["classes"], bytes):
        return "has no predictions"
    there = spec.data.described.test_images
    kind = label_type(spec.data.described.classes)
    count = len(score["classes"]) / kind.itemsize
    if count != there:
        return f"has the classes of {count:g} test images out of {there}"
    classes = spec.data.predicted(score["classes"])
    if classes.max(initial=0) >= spec.data.described.classes:
        return "has a predicted class that its data has not"
    if not _is_number(score["loss"]) or not _is_number(score["accuracy"]):
        return "has a score that is none"
    if not 0 <= score["accuracy"] <= 1:
        return "has an accuracy that is no share"
    scores = (score["loss"], score["accuracy"])
    if epoch is not None and scores != (epoch["val_loss"], epoch["val_accuracy"]):
        return "has other scores than its epoch"
    if labels is not None and len(labels) != there:
        return f"is of {there} test images, and its data has {len(labels)},"
    if labels is not None and score["accuracy"] != float(np.mean(classes == labels)):
        return "has an accuracy that its predictions do not give"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
