"""What a run costs, and what it gives."""

from ...errors import counted
from ..frames import Frames
from .canvas import COLOURS, MARKS, Drawn, axes


def time(frames: Frames) -> Drawn | None:
    """Draw a point for each run, its seconds against its accuracy."""
    frame = frames.done.drop_duplicates("key")  # experiments share runs
    if frame.empty:
        return None
    figure, panel = axes()
    for number, (name, part) in enumerate(frame.groupby("experiment", sort=False)):
        panel.plot(part["seconds"].astype(float), part["accuracy"].astype(float),
                  MARKS[number % len(MARKS)], color=COLOURS[number % len(COLOURS)],
                  alpha=0.7, markersize=4, label=name)  # fmt: skip
    panel.set(xscale="log", xlabel="seconds of one run (log)", ylabel="our accuracy")
    panel.legend(loc="best", frameon=False)
    return Drawn(
        figure,
        "What a run costs, and what it gives",
        f"{counted(len(frame), 'run')} as points: seconds of training across, on a log axis, "
        f"accuracy up.",
    )
