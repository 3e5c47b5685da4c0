"""Experiments in which one number is changed step by step."""

from collections.abc import Iterator

import pandas as pd

from ...errors import counted
from ..frames import Frames
from .canvas import COLOURS, Drawn, canvas, plain

#: From how many values on it is a sweep.
_LEAST = 3


def sweeps(frames: Frames) -> Drawn | None:
    """Draw a panel for each sweep that has runs, published and ours over a log axis."""
    found = list(_sweeps(frames))
    if not found:
        return None
    figure = canvas(3.4 * len(found))
    panels = figure.subplots(len(found), 1, squeeze=False)[:, 0]
    for panel, (name, column, part) in zip(panels, found, strict=True):
        printed = part[part["published"].notna()]
        ours = part[part["n"].gt(0)]
        place, mean = (ours[one].astype(float) for one in (column, "mean"))
        ends = ours[["low", "high"]].astype(float)
        lengths = [(mean - ends["low"]).fillna(0), (ends["high"] - mean).fillna(0)]
        panel.errorbar(place, mean, [one.clip(lower=0) for one in lengths], fmt="o-",
                       color=COLOURS[0], markersize=5, capsize=3, label="ours")  # fmt: skip
        # Hollow: where both are the same, both are seen.
        panel.plot(printed[column].astype(float), printed["published"].astype(float), "D--",
                   color=COLOURS[1], markersize=9, markerfacecolor="none",
                   label="published")  # fmt: skip
        panel.set(xscale="log", title=plain(name), xlabel=f"{plain(column)} (log)",
                  ylabel="accuracy")  # fmt: skip
        levels = sorted(part[column].astype(float))
        panel.set_xticks(levels, [f"{one:g}" for one in levels], rotation=45, ha="right")
        panel.set_xticks([], minor=True)
        panel.legend(loc="best", frameon=False)
    told = " ".join(_told(*one) for one in found)
    return Drawn(
        figure,
        "One number changed step by step",
        f"A panel for each of {counted(len(found), 'experiment')}: the number across, on a log "
        f"axis, accuracy up; bars show where one more run of ours would lie (95 %). {told}",
    )


def _sweeps(frames: Frames) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Give the experiments with runs whose configurations differ in one positive number alone."""
    compared = frames.compared
    compared = compared[compared["setting"].ne("first")]
    for name in frames.experiments:
        own = [one for one in frames.inputs.configurations if one.experiment == name]
        columns = dict.fromkeys(column for one in own for column in one.columns)
        varying = [one for one in columns if len({cell.columns.get(one) for cell in own}) > 1]
        if len(varying) != 1:
            continue
        values = [one.columns.get(varying[0]) for one in own]
        part = compared[compared["experiment"].eq(name)]
        is_number = all(isinstance(value, (int, float)) and value > 0 for value in values)
        if is_number and len(set(values)) >= _LEAST and part["n"].gt(0).any():
            yield name, varying[0], part.sort_values(varying[0])


def _told(name: str, column: str, part: pd.DataFrame) -> str:
    """Say where the highest values are."""
    ends = []
    for whose, values in (("published", "published"), ("ours", "mean")):
        known = part[part[values].notna()]
        if len(known):
            best = known.loc[known[values].astype(float).idxmax()]
            ends.append(f"{whose} is highest at {float(best[column]):g} ({best[values]:.4f})")
    return f"{name}: {', '.join(ends)}."
