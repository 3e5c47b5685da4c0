"""Simulated runs whose truth is known, as the arithmetic takes them."""

import numpy as np
import pandas as pd

SEED = 0.007
EPOCHS, WINDOW = 20, 5


def noise(rng, shape, *, skewed=False):
    """Draw noise of variance 1: normal, or with the sudden drops of real epochs."""
    return (4 - rng.gamma(4, size=shape)) / 2 if skewed else rng.standard_normal(shape)


def scores(rng, truth, n, *, sd=SEED, skewed=False, experiment="grid", group="all"):
    """Give `n` runs of each cell around its true level, without swings: last is level.

    Args:
        truth: shape (cells,).
        n, sd: one for all, or one a cell.
    """
    n = np.broadcast_to(n, len(truth))
    cell = np.repeat(np.arange(len(truth)), n)
    values = truth[cell] + np.broadcast_to(sd, len(truth))[cell] * noise(
        rng, n.sum(), skewed=skewed
    )
    frame = pd.DataFrame({"experiment": experiment, "configuration": cell, "group": group})
    return frame.assign(
        cell=cell, level=values, last=values, swings=[np.empty(0)] * len(cell), window=WINDOW,
    )  # fmt: skip


def rows(count):
    """Give what conditions can name of so many cells."""
    return [{"cell": number, "half": "a" if number < count / 2 else "b"} for number in range(count)]
