"""What the text says of the tables: numbers that it repeats, rows that it counts."""

from collections.abc import Iterator, Mapping

from ..errors import SpecError
from ..study.conditions import check_columns, parse_condition
from ..study.csvfile import Printed, Scalar
from ..study.stated import StatedCell
from .evidence import Evidence
from .finding import Finding, weigh
from .precision import agree, slack, text_of


def against_tables(evidence: Evidence) -> Iterator[Finding]:
    """A number that the text repeats is the one of the table."""
    for entry in evidence.stated("score"):
        for cell in evidence.pick(entry.group):
            printed = cell.scores.get(entry.measure)
            if printed is not None and not _related(printed, entry.relation, entry.value):
                end, gravity = weigh(entry.value, [printed] if entry.relation == "equal" else [])
                word = "" if entry.relation == "equal" else f"{entry.relation} "
                yield Finding(
                    entry.source,
                    f"{word}{entry.value.text}",
                    text_of(printed),
                    f"{entry.source}: {entry.measure} {word}{entry.value.text} is given for "
                    f"{cell.label}; {cell.place} has {text_of(printed)}{end}",
                    gravity,
                )
    for entry in evidence.stated("cell"):
        yield from _cell(evidence, entry)


def counts(evidence: Evidence) -> Iterator[Finding]:
    """A table has as many rows as the text says."""
    for entry in evidence.stated("count"):
        if entry.experiment is not None:
            rows = evidence.study.published(entry.experiment)
            what = evidence.study.experiments[entry.experiment].title
        else:
            table = evidence.study.pick_table(entry.table)
            rows, what = evidence.study.printed(table), table.title
        if entry.where is not None:
            rows = _rows(rows, entry.where, entry.table or entry.experiment)
            what = f"{what}, rows with {entry.where}"
        if entry.value != len(rows):
            message = f"{entry.source}: {entry.value.text} are stated; {what}: {len(rows)}."
            yield Finding(entry.source, entry.value.text, str(len(rows)), message, "note")


def _related(printed: float, relation: str, value: Printed) -> bool:
    """Compare with the benefit of rounding."""
    if relation == "above":
        return printed + slack(printed) > value
    if relation == "below":
        return printed - slack(printed) < value
    return agree(printed, value)


def _rows(rows: list[Mapping[str, Scalar]], where: str, table: str) -> list[Mapping[str, Scalar]]:
    """Give the rows of a printed table that meet a condition on its own columns."""
    condition = parse_condition(where)
    try:
        check_columns(condition, {name for row in rows for name in row})
    except SpecError as error:
        raise SpecError(f"stated, of the table {table}: {error}") from None
    return [row for row in rows if condition.matches(row)]


def _cell(evidence: Evidence, entry: StatedCell) -> Iterator[Finding]:
    table = evidence.study.pick_table(entry.table)
    everything = evidence.study.printed(table)
    rows = _rows(everything, entry.row, table.name)
    if not any(entry.column in row for row in everything):
        raise SpecError(f"stated: the table {table.name} has no column {entry.column}.")
    printed = [row[entry.column] for row in rows if isinstance(row[entry.column], (int, float))]
    if not any(agree(entry.value, value) for value in printed):
        end, gravity = weigh(entry.value, printed)
        there = ", ".join(map(text_of, printed)) or "no number"
        yield Finding(
            entry.source,
            entry.value.text,
            there,
            f"{entry.source}: {entry.value.text} is said to stand in {table.title}, "
            f"{entry.row}, column {entry.column}; there stands {there}{end}",
            gravity,
        )
