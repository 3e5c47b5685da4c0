"""Each figure of a report, drawn of the frames that its tables are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..conclusions.comparison import compare_published
from ..conclusions.verdicts import check_claims
from ..errors import counted
from ..results.compare import comparison_table
from ..results.curves import read_epochs
from ..results.tidy import read_results
from ..study.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Panels beside each other, and letters for which there is room below one.
_ABREAST, _ROOM = 3, 24

#: Colours that people who see few colours tell apart too, dark enough for lines.
#: Source: Okabe and Ito, Color Universal Design, 2008; its yellow is left out.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKS = ("o", "^", "s", "D", "v", "P", "X")


@dataclass(frozen=True)
class Drawn:
    """A figure with its title and what a reader who does not see it must know."""

    figure: "Figure"
    title: str
    alt: str


def _axes(height: float = 4.5) -> "tuple[Figure, Axes]":
    """Make a figure without pyplot, which keeps all figures and looks for a screen."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, height), layout="constrained")
    return figure, figure.add_subplot()


def _published(study: Study, protocol: str | None, store: str | Path | None) -> Drawn | None:
    frame = compare_published(study, protocol=protocol, store=store)
    frame = frame[frame["setting"].ne("first") & frame["published"].notna() & frame["n"].gt(0)]
    if frame.empty:
        return None
    figure, axes = _axes(5.5)
    half = ((frame["high"] - frame["low"]) / 2).astype(float).fillna(0)
    for number, (name, part) in enumerate(frame.groupby("experiment", sort=False)):
        colour, mark = _COLOURS[number % len(_COLOURS)], _MARKS[number % len(_MARKS)]
        place = part["published"].astype(float), part["mean"].astype(float)
        axes.errorbar(
            *place, half[part.index], fmt="none", ecolor=colour, elinewidth=0.6, alpha=0.4
        )
        axes.plot(*place, mark, color=colour, markersize=4.5, label=name)
    values = [*frame["published"].astype(float), *frame["mean"].astype(float)]
    ends = (min(values) - 0.004, max(values) + 0.004)
    axes.plot(ends, ends, color="#555555", linestyle=":", linewidth=1)
    axes.set(xlim=ends, ylim=ends, aspect="equal", xlabel="published accuracy (one run)",
             ylabel="our accuracy, mean over seeds")  # fmt: skip
    if len(frame["experiment"].unique()) > 1:
        axes.legend(loc="best", frameon=False)
    above = int(frame["published"].astype(float).gt(frame["mean"].astype(float)).sum())
    return Drawn(
        figure,
        "Published accuracy against ours",
        f"{counted(len(frame), 'configuration')} as points, the published accuracy across, ours "
        f"up; {above} lie below the dotted line of agreement, where the published one is higher. "
        f"Lines show where one more run of ours would lie (95 %).",
    )


def _claims(study: Study, protocol: str | None, store: str | Path | None) -> Drawn | None:
    if not study.claims:
        return None
    frame = check_claims(study, protocol=protocol, store=store)
    frame = frame[frame["setting"].ne("first") & frame["slack"].notna()].iloc[::-1]
    if frame.empty:
        return None
    figure, axes = _axes(0.9 + 0.42 * len(frame))
    delta = float(frame["delta"].astype(float).iloc[0])
    axes.axvspan(-delta, delta, color="#eeeeee")
    axes.axvline(0, color="#555555", linewidth=1)
    for place, row in enumerate(frame.to_dict("records")):
        colour = _VERDICT_COLOURS.get(row["verdict"], "#555555")
        axes.plot([row["slack_low"], row["slack_high"]], [place, place], color=colour)
        axes.plot(row["slack"], place, marker=_VERDICT_MARKS.get(row["verdict"], "o"), color=colour)
    axes.set(yticks=range(len(frame)), yticklabels=[_plain(one) for one in frame["id"]],
             xlabel="by how much the claim holds (left of 0: misses)")  # fmt: skip
    told = ", ".join(f"{row['id']} {row['verdict']}" for row in frame.iloc[::-1].to_dict("records"))
    return Drawn(
        figure,
        "By how much each claim holds on average, with its interval",
        f"A point and an interval for each claim; what lies in the grey band does not matter. "
        f"{told}.",
    )


_VERDICT_COLOURS = {"survives": "#009E73", "does not survive": "#D55E00"}
_VERDICT_MARKS = {"survives": "o", "does not survive": "X"}


def _factors(study: Study, protocol: str | None, store: str | Path | None) -> Drawn | None:
    from matplotlib.figure import Figure

    frame = comparison_table(study, protocol=protocol, store=store)
    frame = frame[frame["accuracy"].notna()]
    columns = list(frame)[: list(frame).index("epochs")]
    varying = [one for one in columns if len(frame[one].dropna().unique()) > 1]
    if frame.empty or not varying:
        return None
    figure = Figure(figsize=(7, 3.2 * -(-len(varying) // 3)), layout="constrained")
    panels = figure.subplots(
        -(-len(varying) // 3), min(3, len(varying)), squeeze=False, sharey=True
    )
    for panel, name in zip(panels.flat, varying, strict=False):
        known = frame[frame[name].notna()]
        found = known[name].unique()  # texts in the study's order, numbers by size
        levels = list(found) if isinstance(found[0], str) else sorted(found)
        groups = [known.loc[known[name].eq(one), "accuracy"].astype(float) for one in levels]
        for place, group in enumerate(groups):
            panel.plot([place] * len(group), group, "o", color=_COLOURS[0], alpha=0.5, markersize=4)
            panel.plot(
                place, group.mean(), "_", color=_COLOURS[1], markersize=18, markeredgewidth=2
            )
        panel.set(xticks=range(len(levels)), title=_plain(name))
        texts = [_plain(one) for one in levels]
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


def _curves(study: Study, protocol: str | None, store: str | Path | None) -> Drawn | None:
    frame = read_epochs(study, protocol=protocol, store=store)
    frame = frame[frame["departures"].eq("")]
    if frame.empty:
        return None
    figure, axes = _axes()
    # Runs of other lengths have curves of their own: a median must not jump where some end.
    length = frame.groupby("key")["epoch"].transform("max")
    has_many = length.groupby(frame["experiment"]).transform("nunique").gt(1)
    named = frame["experiment"].where(~has_many, frame["experiment"] + ", " + length.astype(str))
    for number, (name, part) in enumerate(frame.groupby(named, sort=False)):
        colour = _COLOURS[number % len(_COLOURS)]
        by_epoch = part.assign(val_accuracy=part["val_accuracy"].astype(float)).groupby("epoch")
        spread = by_epoch["val_accuracy"].quantile([0.25, 0.5, 0.75]).unstack()
        axes.fill_between(spread.index.astype(int), spread[0.25], spread[0.75], color=colour,
                          alpha=0.2, linewidth=0)  # fmt: skip
        axes.plot(spread.index.astype(int), spread[0.5], color=colour, label=name,
                  marker=_MARKS[number % len(_MARKS)], markersize=3)  # fmt: skip
    for table in study.tables:
        if table.kind == "epochs":
            _printed_log(axes, study, table.name)
    axes.set(xlabel="epoch", ylabel="validation accuracy")
    axes.legend(loc="best", frameon=False)
    runs = counted(len(frame["key"].unique()), "run")
    return Drawn(
        figure,
        "Accuracy after each epoch",
        f"Learning curves of {runs}: the median of each experiment's runs, with the band that "
        f"holds the middle half of them.",
    )


def _printed_log(axes: "Axes", study: Study, name: str) -> None:
    rows = study.printed(study.pick_table(name))
    known = [(row["epoch"], row["val_accuracy"]) for row in rows if row.get("val_accuracy")]
    if known:
        axes.plot(*zip(*known, strict=True), color="#000000", linestyle="--", linewidth=1.2,
                  label=f"published {name}")  # fmt: skip


def _time(study: Study, protocol: str | None, store: str | Path | None) -> Drawn | None:
    frame = read_results(study, protocol=protocol, store=store)
    frame = frame[frame["outcome"].eq("done")]
    if frame.empty:
        return None
    figure, axes = _axes()
    for number, (name, part) in enumerate(frame.groupby("experiment", sort=False)):
        axes.plot(part["seconds"].astype(float), part["accuracy"].astype(float),
                  _MARKS[number % len(_MARKS)], color=_COLOURS[number % len(_COLOURS)],
                  alpha=0.7, markersize=4, label=name)  # fmt: skip
    axes.set(xscale="log", xlabel="seconds of one run (log)", ylabel="our accuracy")
    axes.legend(loc="best", frameon=False)
    return Drawn(
        figure,
        "What a run costs, and what it gives",
        f"{counted(len(frame), 'run')} as points: seconds of training across, on a log axis, "
        f"accuracy up.",
    )


def _plain(text: object) -> str:
    """Keep matplotlib from reading a text of the study's as mathematics."""
    return str(text).replace("$", r"\$")


#: The figures, by name, in the order of a report.
FIGURES: Mapping[str, Callable[[Study, str | None, str | Path | None], Drawn | None]] = {
    "claims": _claims,
    "published": _published,
    "factors": _factors,
    "curves": _curves,
    "time": _time,
}
