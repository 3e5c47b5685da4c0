"""Which classes are taken for which: ours, beside the printed matrix where there is one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..frames import Frames
from .canvas import Drawn, canvas, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Classes up to which each has its tick, and counts are written into the cells.
_WRITTEN = 12


def confusion(frames: Frames) -> Drawn | None:
    """Draw the printed matrices that we have runs for, each above ours; else our best model's."""
    found = list(_printed(frames))
    if not found:
        best = frames.best_matrix
        if best is None:
            return None
        name, runs, matrix = best
        found = [(f"ours: {name}, mean of {runs} runs" if runs > 1 else f"ours: {name}", matrix)]
    figure = canvas(6.2 * len(found))
    for panel, (title, matrix) in zip(
        figure.subplots(len(found), 1, squeeze=False)[:, 0], found, strict=True
    ):
        _draw(panel, title, matrix)
    return Drawn(
        figure,
        "Which classes are taken for which",
        "True classes down, predicted classes across, test images counted; darker is a greater "
        f"share of the true class. {' '.join(_told(*one) for one in found)}",
    )


def _printed(frames: Frames) -> Iterator[tuple[str, np.ndarray]]:
    for title, table in frames.printed_matrices.values():
        ours = [name for name in table if name.startswith("ours_")]
        if not table[ours].notna().all(axis=None):
            continue
        theirs = [name.removeprefix("ours_") for name in ours]
        yield f"published: {title}", table[theirs].to_numpy(float)
        yield f"ours: {title}", table[ours].to_numpy(float)


def _draw(panel: "Axes", title: str, matrix: np.ndarray) -> None:
    from matplotlib.colors import PowerNorm

    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    panel.imshow(shares, cmap="Blues", norm=PowerNorm(0.4, 0, 1))
    panel.set(xlabel="predicted class", ylabel="true class")
    panel.set_title(plain(title), fontsize=10)
    panel.grid(visible=False)
    if len(matrix) > _WRITTEN:
        return
    places = range(len(matrix))
    panel.set(xticks=places, yticks=places)
    for (true, predicted), count in np.ndenumerate(matrix):
        if round(count) > 0:
            panel.text(predicted, true, f"{count:.0f}", ha="center", va="center", fontsize=10,
                       color="white" if shares[true, predicted] > 0.2 else "black")  # noqa: PLR2004 # fmt: skip


def _told(title: str, matrix: np.ndarray) -> str:
    """Say which classes are taken for another most often."""
    wrong = matrix - np.diag(np.diag(matrix))
    order = np.argsort(wrong, axis=None)[::-1][:3]
    pairs = [divmod(int(one), len(matrix)) for one in order]
    told = ", ".join(f"{true} for {given} ({wrong[true, given]:.0f})" for true, given in pairs)
    return f"{title[0].upper()}{title[1:]}: most often taken are {told}."
