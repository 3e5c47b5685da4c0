"""Published accuracies against ours."""

from ...errors import counted
from ..frames import Frames
from .canvas import COLOURS, FAINT, MARKS, Drawn, axes


def published(frames: Frames) -> Drawn | None:
    """Draw a point for each published accuracy that we have runs of."""
    frame = frames.compared
    frame = frame[frame["setting"].ne("first") & frame["published"].notna() & frame["n"].gt(0)]
    if frame.empty:
        return None
    figure, panel = axes(5.5)
    half = ((frame["high"] - frame["low"]) / 2).astype(float).fillna(0)
    for number, (name, part) in enumerate(frame.groupby("experiment", sort=False)):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        place = part["published"].astype(float), part["mean"].astype(float)
        panel.errorbar(
            *place, half[part.index], fmt="none", ecolor=colour, elinewidth=0.6, alpha=0.4
        )
        panel.plot(*place, mark, color=colour, markersize=4.5, label=name)
    values = [*frame["published"].astype(float), *frame["mean"].astype(float)]
    ends = (min(values) - 0.004, max(values) + 0.004)
    panel.plot(ends, ends, color=FAINT, linestyle=":", linewidth=1)
    panel.set(xlim=ends, ylim=ends, aspect="equal", xlabel="published accuracy (one run)",
             ylabel="our accuracy, mean over seeds")  # fmt: skip
    if len(frame["experiment"].unique()) > 1:
        panel.legend(loc="best", frameon=False)
    above = int(frame["published"].astype(float).gt(frame["mean"].astype(float)).sum())
    return Drawn(
        figure,
        "Published accuracy against ours",
        f"{counted(len(frame), 'configuration')} as points, the published accuracy across, ours "
        f"up; {above} lie below the dotted line of agreement, where the published one is higher. "
        f"Lines show where one more run of ours would lie (95 %).",
    )
