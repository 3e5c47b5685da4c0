"""A number that a source gives twice, or that follows from its other numbers."""

import math
import statistics
from collections.abc import Iterator, Mapping

from ..study.claims import Claim
from .claims import claims_that_fail
from .evidence import Cell, Evidence, places
from .finding import Finding, weigh
from .precision import TINY, agree, slack, text_of


def summaries(evidence: Evidence) -> Iterator[Finding]:
    """Means and standard deviations are those of the rows that they summarise.

    A standard deviation may have been computed with n or with n - 1.
    """
    for table in evidence.tables("summary"):
        for row in evidence.study.printed(table):
            where = f"({table.among}) and {table.by} == {row[table.by]!r}"
            cells = [cell for cell in evidence.pick(where) if "accuracy" in cell.scores]
            place = f"{table.title}, {table.by} = {row[table.by]}"
            yield from _summary(place, row, cells)


def differences(evidence: Evidence) -> Iterator[Finding]:
    """A difference is that of its operands."""
    for entry in evidence.stated("difference"):
        sides = [_mean(evidence.pick(where), entry.measure) for where in (entry.group, entry.minus)]
        if None in sides:
            continue
        (first, loose), (second, other) = sides
        if abs(first - second - entry.value) > loose + other + slack(entry.value) + TINY:
            expected = text_of(first - second, entry.value)
            yield Finding(
                entry.source,
                entry.value.text,
                expected,
                f"{entry.source}: {entry.value.text} is given as the difference of "
                f"{text_of(first, entry.value)} and {text_of(second, entry.value)}, "
                f"which is {expected}.",
            )


def comparisons(evidence: Evidence) -> Iterator[Finding]:
    """What is said to be greater, or about the same, is so in the tables."""
    for entry in evidence.stated("comparison"):
        groups = [evidence.pick(where) for where in (entry.group, entry.than)]
        sides = [_mean(cells, entry.measure) for cells in groups]
        if None in sides:
            continue
        (first, loose), (second, other) = sides
        gap, rounded = first - second, loose + other
        greater = entry.relation == "greater"
        fine = gap + rounded > TINY if greater else abs(gap) <= entry.margin + rounded + TINY
        if not fine:
            said = "greater than" if greater else "about the same as"
            one, than = (cells[0].label for cells in groups)
            yield Finding(
                entry.source,
                f"{said} {than}",
                f"{gap:+.4g}",
                f"{entry.source}: the {entry.measure} of {one} is said to be {said} that of "
                f"{than}; it is {text_of(first)} against {text_of(second)}.",
                "discrepancy" if greater else "note",
            )


def reported_twice(evidence: Evidence) -> Iterator[Finding]:
    """One configuration that is reported twice has one value."""
    for protocol, first, second in evidence.pairs_alike():
        for measure in ("accuracy", "loss"):
            one, other = (cell.scores.get(measure) for cell in (first, second))
            if one is not None and other is not None and not agree(one, other):
                fallen = [
                    (value, claims_that_fail(evidence, measure, cell, value))
                    for cell, value in ((first, other), (second, one))
                ]
                low, high = sorted((one, other), key=abs)
                end, gravity = weigh(low, [high])
                under = f" (protocol {protocol})" if len(evidence.protocols) > 1 else ""
                yield Finding(
                    places([first, second]),
                    text_of(one),
                    text_of(other),
                    f"One configuration{under} has two values of {measure}: {text_of(one)} in "
                    f"{first.place}, {first.label}; {text_of(other)} in {second.place}, "
                    f"{second.label}{end}"
                    f"{''.join(without(claims, value) for value, claims in fallen)}",
                    "overturns" if any(claims for _, claims in fallen) else gravity,
                )


def log(evidence: Evidence) -> Iterator[Finding]:
    """A log has the epochs that were trained, and what is reported is its best or last one."""
    for table in evidence.tables("epochs"):
        rows = evidence.study.printed(table)
        settings = evidence.owner(table).settings
        if len(rows) != settings["epochs"]:
            message = f"{table.title}: {len(rows)} epochs; {settings['epochs']} are stated."
            yield Finding(table.title, str(len(rows)), str(settings["epochs"]), message)
        cell = evidence.cell_of(table)
        for name, reported, logged in _reported(rows, cell, settings) if cell and rows else ():
            if not agree(reported, logged):
                end, gravity = weigh(reported, [logged])
                yield Finding(
                    f"{cell.place}; {table.title}",
                    text_of(reported),
                    text_of(logged),
                    f"{cell.place}: {name} {text_of(reported)} is reported; {table.title} has "
                    f"{text_of(logged)}{end}",
                    gravity,
                )


def grid_rows(evidence: Evidence) -> Iterator[Finding]:
    """A printed row is a configuration of the grid that the source describes."""
    for name, row in evidence.strangers:
        title = evidence.study.experiments[name].title
        label = ", ".join(f"{key} = {value}" for key, value in row.items())
        message = f"{title}: the row {label} is no configuration of the grid that is described."
        yield Finding(title, label, "no such row", message)


def without(fallen: list[Claim], value: float | None) -> str:
    """Say which claims fail with a value in the place of the one they rest on."""
    names = ", ".join(claim.id for claim in fallen)
    return f" With {text_of(value)} in its place, this claim fails: {names}." if names else ""


def _summary(place: str, row: Mapping[str, object], cells: list[Cell]) -> Iterator[Finding]:
    """Hold a row's mean and standard deviation against the printed scores of a group."""
    values = [cell.scores["accuracy"] for cell in cells]
    if len(values) < _TWO:
        return
    loose = max(map(slack, values))
    found = {
        "mean_accuracy": [statistics.fmean(values)],
        "sd_accuracy": [statistics.stdev(values), statistics.pstdev(values)],
    }
    for name, expected in found.items():
        printed = row.get(name)
        margin = loose * math.sqrt(len(values) / (len(values) - 1)) + TINY
        if printed is None or min(abs(printed - x) for x in expected) <= slack(printed) + margin:
            continue
        what = {"mean_accuracy": "the mean", "sd_accuracy": "the standard deviation"}[name]
        right = text_of(expected[0], printed)
        yield Finding(
            place,
            text_of(printed),
            right,
            f"{place}: {what} of the accuracies is given as {text_of(printed)}; that of the "
            f"{len(values)} rows is {right}.",
        )


def _mean(cells: list[Cell], measure: str) -> tuple[float, float] | None:
    """Give the mean of printed scores, and how far rounding can have moved it."""
    values = [cell.scores.get(measure) for cell in cells]
    if not values or None in values:
        return None
    mean = values[0] if len(values) == 1 else statistics.fmean(values)
    return mean, statistics.fmean(map(slack, values))


def _reported(
    rows: list[Mapping[str, float]], cell: Cell, settings: Mapping[str, object]
) -> Iterator[tuple[str, float, float]]:
    """Give what is reported of a run beside what its log has: name, reported, logged."""
    if any(row.get("val_accuracy") is None for row in rows):
        return
    best = max(rows, key=lambda row: row["val_accuracy"])
    row = best if settings["reported_epoch"] == "best" else rows[-1]
    held_out = "test" if settings["validation"] == "test" else "validation"
    known = {"best_epoch": best["epoch"], "val_accuracy": row["val_accuracy"]}
    if settings["reported_accuracy"] in ("validation", held_out):
        known["accuracy"] = row["val_accuracy"]
    if settings["reported_loss"] == "training":
        known["loss"] = row.get("loss")
    elif settings["reported_loss"] in ("validation", held_out):
        known["loss"] = row.get("val_loss")
    for name, logged in known.items():
        if logged is not None and cell.scores.get(name) is not None:
            yield name, cell.scores[name], logged


_TWO = 2
