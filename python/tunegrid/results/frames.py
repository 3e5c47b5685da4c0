"""Frames of rows: columns with the nullable type of their values, in a sensible order."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd


def as_frame(rows: Sequence[Mapping[str, object]], names: Iterable[str] = ()) -> pd.DataFrame:
    """Make a frame of rows, each column of the nullable type of its values.

    Args:
        rows: one mapping each; what a row lacks is NA.
        names: the columns; those of the rows, in order, by default.
    """
    columns = list(names)
    if not columns:
        for row_names in dict.fromkeys(map(tuple, rows)):  # most have the same
            merge_names(columns, row_names)
    return pd.DataFrame({name: pd.array([row.get(name) for row in rows]) for name in columns})


def merge_names(names: list[str], more: Iterable[str]) -> None:
    """Add the names of another list, each behind the one that it follows there.

    >>> names = ["layer1", "kernel", "epochs"]
    >>> merge_names(names, ["layer1", "layer2", "kernel"])
    >>> merge_names(names, ["model", "epochs"])
    >>> names
    ['layer1', 'layer2', 'kernel', 'model', 'epochs']
    """
    more = list(more)
    if not names:
        names.extend(dict.fromkeys(more))
        return
    position = min((names.index(name) for name in more if name in names), default=len(names))
    for name in more:
        if name not in names:
            names.insert(position, name)
        position = names.index(name) + 1
