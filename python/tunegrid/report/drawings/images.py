"""Test images by how many runs get them wrong."""

import itertools

import numpy as np

from ..frames import Frames
from .canvas import COLOURS, FAINT, Drawn, axes

#: Between no run and every run: this many bars at most.
_BARS = 10


def images(frames: Frames) -> Drawn | None:
    """Draw how many images no run, some and every run misses; None without labels, or one run."""
    frame = frames.misses
    if frame is None or frame.attrs["runs"] < 2:  # noqa: PLR2004 - of one there is no some
        return None
    runs, missed = frame.attrs["runs"], frame["missed"].to_numpy()
    ends = np.unique(np.linspace(0, runs - 1, min(_BARS, runs - 1) + 1).astype(int))
    counts = [int((missed == 0).sum())]
    names = ["none"]
    for low, high in itertools.pairwise(ends):
        counts.append(int(((missed > low) & (missed <= high)).sum()))
        names.append(f"{high}" if high == low + 1 else f"{low + 1}–{high}")
    counts.append(int((missed == runs).sum()))
    names.append("every")
    figure, panel = axes(4)
    colours = [COLOURS[2], *[FAINT] * (len(counts) - 2), COLOURS[1]]
    bars = panel.bar(range(len(counts)), counts, color=colours)
    panel.bar_label(bars, fontsize=8, padding=2)
    panel.set(yscale="symlog", xlabel=f"missed by how many of {runs} runs",
              ylabel="test images (log)")  # fmt: skip
    panel.set_xticks(range(len(counts)), names, rotation=30, ha="right")
    panel.set_ylim(0, max(counts) * 2)
    return Drawn(
        figure,
        "Images that every run gets wrong, and images that only some do",
        f"{frame.attrs['said'][0]}. A bar for each number of runs, its height on a log axis.",
    )
