"""Printed layer tables, with the layers of our model beside."""

import difflib
import re

import pandas as pd

from ..architectures import model_of
from ..plan.configuration import Configuration
from ..plan.grid import table_owner
from ..study.study import Study
from ..study.tables import PrintedTable
from .frames import as_frame


def layers_beside(
    study: Study, table: PrintedTable, *, protocol: str | None = None
) -> pd.DataFrame:
    """Put our layers beside the printed ones; where either has one more, the other is NA.

    Args:
        study, table: one of the study's tables of kind `layers`.
        protocol: default: the study's own default.

    Returns:
        `published_layer`, `published_output_shape`, `published_params`, then the same of our
        model without the prefix, one row a layer.
    """
    ours = _layers_of(table_owner(study, table, protocol=protocol))
    theirs = [
        {f"published_{name}": row[name] for name in ("layer", "output_shape", "params")}
        for row in study.printed(table)
    ]
    kinds = (
        [layer_kind(row["published_layer"]) for row in theirs],
        [layer_kind(row["layer"]) for row in ours],
    )
    rows = []
    for _, start, end, our_start, our_end in difflib.SequenceMatcher(
        None, *kinds, autojunk=False
    ).get_opcodes():
        count = max(end - start, our_end - our_start)
        left = theirs[start:end] + [{}] * (count - (end - start))
        right = ours[our_start:our_end] + [{}] * (count - (our_end - our_start))
        rows += [one | other for one, other in zip(left, right, strict=True)]
    names = ("layer", "output_shape", "params")
    return as_frame(rows, [*(f"published_{name}" for name in names), *names])


def _layers_of(one: Configuration) -> list[dict[str, object]]:
    model = model_of(one.settings, one.data.input_shape, one.data.classes)
    return [
        {
            "layer": re.sub(r"_\d+$", "", layer.name),  # conv2d_1 is the second conv2d
            "output_shape": "x".join(map(str, layer.output.shape[1:])),
            "params": layer.count_params(),
        }
        for layer in model.layers
    ]


def layer_kind(layer: object) -> str:
    """Give a layer's class as one word: sources write conv2d_1, Conv2D or max_pooling2d.

    >>> layer_kind("max_pooling2d_13"), layer_kind("MaxPooling2D")
    ('maxpooling2d', 'maxpooling2d')
    """
    return re.sub(r"[^a-z0-9]", "", re.sub(r"_\d+$", "", str(layer).lower()))
