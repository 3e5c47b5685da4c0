"""Accuracy after each epoch, with the logs that a source prints."""

from collections.abc import Iterator

from ...errors import counted
from ...study.study import Study
from ..frames import Frames
from .canvas import COLOURS, MARKS, Drawn, axes


def curves(frames: Frames) -> Drawn | None:
    """Draw the median and the middle half of each experiment's runs, and printed logs on top."""
    frame = frames.epochs
    if frame.empty:
        return None
    figure, panel = axes()
    # Runs of other lengths have curves of their own: a median must not jump where some end.
    length = frame.groupby("key")["epoch"].transform("max")
    has_many = length.groupby(frame["experiment"]).transform("nunique").gt(1)
    named = frame["experiment"].where(~has_many, frame["experiment"] + ", " + length.astype(str))
    for number, (name, part) in enumerate(frame.groupby(named, sort=False)):
        colour = COLOURS[number % len(COLOURS)]
        by_epoch = part.assign(val_accuracy=part["val_accuracy"].astype(float)).groupby("epoch")
        spread = by_epoch["val_accuracy"].quantile([0.25, 0.5, 0.75]).unstack()
        panel.fill_between(spread.index.astype(int), spread[0.25], spread[0.75], color=colour,
                          alpha=0.2, linewidth=0)  # fmt: skip
        panel.plot(spread.index.astype(int), spread[0.5], color=colour, label=name,
                  marker=MARKS[number % len(MARKS)], markersize=3)  # fmt: skip
    logs = dict(_printed_logs(frames.study))
    for name, log in logs.items():
        panel.plot(*zip(*log, strict=True), color="#000000", linestyle="--", linewidth=1.2,
                   label=f"published {name}")  # fmt: skip
    panel.set(xlabel="epoch", ylabel="validation accuracy")
    panel.legend(loc="best", frameon=False)
    runs = counted(len(frame["key"].unique()), "run")
    printed = "".join(
        f" The source's {name} is the broken black line on top, from {log[0][1]:.4f} to "
        f"{log[-1][1]:.4f}."
        for name, log in logs.items()
    )
    return Drawn(
        figure,
        "Accuracy after each epoch",
        f"Learning curves of {runs}: the median of each experiment's runs, with the band that "
        f"holds the middle half of them.{printed}",
    )


def _printed_logs(study: Study) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """Give what the source printed of its epochs, by the name of the table."""
    for table in study.tables:
        rows = study.printed(table) if table.kind == "epochs" else []
        known = [
            (row["epoch"], float(row["val_accuracy"])) for row in rows if row.get("val_accuracy")
        ]
        if known:
            yield table.name, known
