"""What a source prints of its models, against the architecture: layers, shapes, parameters."""

import re
from collections.abc import Callable, Iterator

import pandas as pd

from ..results.layers import layer_kind
from .evidence import Evidence
from .finding import Finding


def layers(evidence: Evidence) -> Iterator[Finding]:
    """A layer table lists the layers of the architecture.

    Images can be flattened by a first layer, or before they come to the model.
    """
    for place, row in _rows(evidence):
        theirs, ours = _or_none(row["published_layer"]), _or_none(row["layer"])
        before = place.endswith("layer 1") and "flatten" in (theirs, ours)
        if layer_kind(theirs) != layer_kind(ours) and not before:
            message = f"{place}: {theirs} stands where the architecture has {ours}."
            yield Finding(place, theirs, ours, message)


def output_shapes(evidence: Evidence) -> Iterator[Finding]:
    """The output shapes of a layer table follow from the architecture."""
    yield from _differing(evidence, "output_shape", "the output shape", _sizes)


def parameters(evidence: Evidence) -> Iterator[Finding]:
    """Parameter counts, of layers and of models, follow from the architecture."""
    yield from _differing(evidence, "params", "the number of parameters", _number)
    printed = [
        (cell.place, cell, "total", cell.scores["parameters"])
        for cell in evidence.cells
        if "parameters" in cell.scores
    ]
    stated = [
        (entry.source, cell, entry.of, entry.value)
        for entry in evidence.stated("parameters")
        for cell in evidence.pick(entry.group)
    ]
    for place, cell, which, count in [*printed, *stated]:
        expected = evidence.parameters(next(iter(cell.under.values())))[which]
        if count != expected:
            yield Finding(
                place,
                f"{count:.0f}",
                str(expected),
                f"{place}: {count:.0f} parameters ({which.replace('_', '-')}) are stated for "
                f"{cell.label}; its layers have {expected}.",
            )


def _differing(
    evidence: Evidence, column: str, what: str, read: Callable[[str], object]
) -> Iterator[Finding]:
    """Give the layers that both sides have, where a column differs as it is read."""
    for place, row in _rows(evidence):
        theirs, ours = str(row[f"published_{column}"]), str(row[column])
        same_layer = layer_kind(_or_none(row["published_layer"])) == layer_kind(row["layer"])
        if same_layer and read(theirs) != read(ours):
            message = f"{place}: {what} of {row['layer']} is given as {theirs}; it is {ours}."
            yield Finding(place, theirs, ours, message)


def _rows(evidence: Evidence) -> Iterator[tuple[str, dict[str, object]]]:
    """Give the rows of every layer table beside ours, with where they stand."""
    for table, rows in evidence.layers:
        for number, row in enumerate(rows, start=1):
            yield f"{table.title}, layer {number}", row


def _sizes(shape: str) -> list[str]:
    """Read a shape: 26x26x32, or (None, 26, 26, 32) as Keras prints it."""
    return re.findall(r"\d+", shape)


def _number(text: str) -> str:
    """Read a count: 1605760, or 1,605,760."""
    return re.sub("[^0-9]", "", text)


def _or_none(value: object) -> str:
    return "no layer" if pd.isna(value) else str(value)
