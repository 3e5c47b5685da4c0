"""Whose a confusion matrix is: of which model, and of which data set."""

from collections.abc import Iterator

from ..data.datasets import DATASETS
from ..study.claims import LargestShareOfErrors, OtherConfusions
from ..study.tables import PrintedTable
from .claims import matrix_of
from .evidence import Cell, Evidence
from .finding import Finding, Gravity
from .precision import agree, text_of


def traces(evidence: Evidence) -> Iterator[Finding]:
    """The diagonal of a matrix over its sum is the model's test accuracy."""
    for table in evidence.tables("confusion"):
        matrix, cell = matrix_of(evidence.study, table), evidence.cell_of(table)
        stated = None if cell is None else _test_accuracy(evidence, cell)
        accuracy = matrix.trace() / matrix.sum()
        if stated is None or agree(stated, accuracy):
            continue
        found = text_of(accuracy, stated)
        others = [
            other.label
            for other in evidence.pick(None)
            if (value := _test_accuracy(evidence, other)) is not None and agree(value, accuracy)
        ]
        whose = f" That is the accuracy of {', '.join(others)}." if others else ""
        yield Finding(
            f"{table.title}; {cell.place}",
            text_of(stated),
            found,
            f"{table.title}: {matrix.trace()} of {matrix.sum()} stand on the diagonal, an accuracy "
            f"of {found}; {text_of(stated)} is stated for {cell.label}.{whose}"
            f"{_resting(evidence, table)}",
            _gravity(evidence, table),
        )


def class_counts(evidence: Evidence) -> Iterator[Finding]:
    """The rows of a matrix add up to the test images of each class."""
    for table in evidence.tables("confusion"):
        totals = tuple(matrix_of(evidence.study, table).sum(axis=1).tolist())
        dataset = evidence.owner(table).data
        if totals == dataset.test_counts or not dataset.test_counts:
            continue
        pinned = (one for one in DATASETS.values() if one.digests)  # a release of each
        others = [one.title for one in pinned if one.test_counts == totals]
        whose = f" These are the test images of {', '.join(others)}." if others else ""
        yield Finding(
            table.title,
            ", ".join(map(str, totals)),
            ", ".join(map(str, dataset.test_counts)),
            f"{table.title}: its rows add up to {', '.join(map(str, totals))}; the test images of "
            f"{dataset.title} are {_counted(dataset.test_counts)}.{whose}"
            f"{_resting(evidence, table)}",
            _gravity(evidence, table),
        )


def _test_accuracy(evidence: Evidence, cell: Cell) -> float | None:
    """Give the accuracy on the test images that is printed of a configuration, if one is."""
    accuracy = cell.scores.get("accuracy") if evidence.is_on_test(cell) else None
    return cell.scores.get("test_accuracy", accuracy)


def _claims_on(evidence: Evidence, table: PrintedTable) -> list[str]:
    """Name the claims that are about the confusions of the table's configuration."""
    owner = evidence.owner(table)
    return [
        claim.id
        for claim in evidence.study.claims
        if isinstance(claim, (OtherConfusions, LargestShareOfErrors))
        and any(evidence.meets(owner, where) for where in claim.groups)
    ]


def _gravity(evidence: Evidence, table: PrintedTable) -> Gravity:
    return "overturns" if _claims_on(evidence, table) else "discrepancy"


def _resting(evidence: Evidence, table: PrintedTable) -> str:
    names = ", ".join(_claims_on(evidence, table))
    return f" A claim rests on it: {names}." if names else ""


def _counted(counts: tuple[int, ...]) -> str:
    return f"{counts[0]} each" if len(set(counts)) == 1 else ", ".join(map(str, counts))
