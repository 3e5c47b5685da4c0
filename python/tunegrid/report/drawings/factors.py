"""Our accuracy by each column of a grid."""

from ...results.compare import stacked
from ..frames import Frames
from .canvas import COLOURS, Drawn, canvas, plain

#: Panels beside each other, and letters for which there is room below one.
_ABREAST, _ROOM = 3, 24


def factors(frames: Frames) -> Drawn | None:
    """Draw a panel for each column in which the configurations with runs differ."""
    frame = stacked(frames.comparisons)
    frame = frame[frame["accuracy"].notna()]
    columns = list(frame)[: list(frame).index("epochs")]
    varying = [one for one in columns if len(frame[one].dropna().unique()) > 1]
    if frame.empty or not varying:
        return None
    lines = -(-len(varying) // _ABREAST)
    figure = canvas(3.2 * lines)
    panels = figure.subplots(lines, min(_ABREAST, len(varying)), squeeze=False, sharey=True)
    for panel, name in zip(panels.flat, varying, strict=False):
        known = frame[frame[name].notna()]
        found = known[name].unique()  # texts in the study's order, numbers by size
        levels = list(found) if isinstance(found[0], str) else sorted(found)
        groups = [known.loc[known[name].eq(one), "accuracy"].astype(float) for one in levels]
        for place, group in enumerate(groups):
            panel.plot([place] * len(group), group, "o", color=COLOURS[0], alpha=0.5, markersize=4)
            panel.plot(place, group.mean(), "_", color=COLOURS[1], markersize=18, markeredgewidth=2)
        panel.set(xticks=range(len(levels)), title=plain(name))
        texts = [plain(one) for one in levels]
        is_wide = sum(map(len, texts)) > _ROOM
        panel.set_xticklabels(
            texts, rotation=30 if is_wide else 0, ha="right" if is_wide else "center"
        )
    for panel in panels.flat[len(varying) :]:
        panel.set_axis_off()
    figure.supylabel("our accuracy")
    return Drawn(
        figure,
        "Our accuracy by each column of the grid",
        f"A panel for each of {', '.join(varying)}; a point for each configuration, a bar at "
        f"the mean of each value.",
    )
