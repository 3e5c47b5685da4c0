"""Who would win, were the study run again with one run of each configuration."""

from ..frames import Frames
from .canvas import COLOURS, Drawn, axes, plain

#: As many as there is room for on a telephone.
_SHOWN = 12


def wins(frames: Frames) -> Drawn | None:
    """Draw a bar for each of the most frequent winners, and mark the one that the source has."""
    frame = frames.wins
    if frame is None:
        return None
    columns = list(frame)[1 : list(frame).index("published")]
    order = list(dict.fromkeys(frame["experiment"]))
    named = frame["published_best"] & (frame.index >= _SHOWN)
    shown = frame[(frame.index < _SHOWN) | named].iloc[::-1]
    figure, panel = axes(1.2 + 0.34 * len(shown))
    seen = set()
    for place, row in enumerate(shown.to_dict("records")):
        number = order.index(row["experiment"]) % len(COLOURS)
        name = None if row["experiment"] in seen else plain(row["experiment"])
        seen.add(row["experiment"])
        panel.barh(place, 100 * row["wins"], color=COLOURS[number], label=name,
                   hatch="///" if row["published_best"] else None, edgecolor="white")  # fmt: skip
    panel.set(xlabel="on top in so many of 100 studies (hatched: the source's best)")
    panel.set_yticks(range(len(shown)), [plain(_named(row, columns))
                                         for row in shown.to_dict("records")])  # fmt: skip
    panel.set_ylabel(plain(" × ".join(columns)))
    panel.grid(visible=False, axis="y")
    if len(seen) > 1:
        panel.legend(loc="lower right", frameon=False)
    return Drawn(
        figure,
        "Who would win, were the study run again",
        f"{' '.join(frame.attrs['said'])} A bar for each of the {len(shown)} shown.",
    )


def _named(row: dict[str, object], columns: list[str]) -> str:
    """Name a configuration by its values, as short as they are."""
    known = [str(row[name]) for name in columns if str(row[name]) not in ("<NA>", "nan", "None")]
    return " × ".join(known) if known else str(row["experiment"])
