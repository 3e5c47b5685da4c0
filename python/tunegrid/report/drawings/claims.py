"""By how much each claim holds, with its interval."""

from ..frames import Frames
from .canvas import FAINT, Drawn, axes, plain

_VERDICT_COLOURS = {"survives": "#009E73", "does not survive": "#D55E00"}
_VERDICT_MARKS = {"survives": "o", "does not survive": "X"}


def claims(frames: Frames) -> Drawn | None:
    """Draw a point and an interval for each claim; None where none could be judged."""
    if frames.claims is None:
        return None
    frame = frames.claims
    frame = frame[frame["setting"].ne("first") & frame["slack"].notna()].iloc[::-1]
    if frame.empty:
        return None
    figure, panel = axes(0.9 + 0.42 * len(frame))
    delta = float(frame["delta"].astype(float).iloc[0])
    panel.axvspan(-delta, delta, color="#eeeeee")
    panel.axvline(0, color=FAINT, linewidth=1)
    for place, row in enumerate(frame.to_dict("records")):
        colour = _VERDICT_COLOURS.get(row["verdict"], FAINT)
        panel.plot([row["slack_low"], row["slack_high"]], [place, place], color=colour)
        panel.plot(
            row["slack"], place, marker=_VERDICT_MARKS.get(row["verdict"], "o"), color=colour
        )
    panel.set(yticks=range(len(frame)), yticklabels=[plain(one) for one in frame["id"]],
             xlabel="by how much the claim holds (left of 0: misses)")  # fmt: skip
    told = ", ".join(f"{row['id']} {row['verdict']}" for row in frame.iloc[::-1].to_dict("records"))
    return Drawn(
        figure,
        "By how much each claim holds on average, with its interval",
        f"A point and an interval for each claim; what lies in the grey band does not matter. "
        f"{told}.",
    )
