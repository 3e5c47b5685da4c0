"""What the printed scores say of a study's claims."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..conclusions.arithmetic.holds import holds
from ..conclusions.arithmetic.scores import Scores
from ..study.claims import Claim, LargestShareOfErrors, OtherConfusions, Untestable
from ..study.conditions import parse_condition
from ..study.study import Study
from ..study.tables import SCORES, PrintedTable
from .evidence import Cell, Evidence
from .precision import slack

#: The fields of a claim whose scores it wants high, and low.
_WINNING, _LOSING = ("group", "first"), ("among", "than")


def claims_that_fail(evidence: Evidence, measure: str, cell: Cell, value: float) -> list[Claim]:
    """Give the claims that hold on the printed scores, but not with another in one place."""
    return [
        claim
        for claim in evidence.study.claims
        if getattr(claim, "measure", None) == measure
        and claim_holds(evidence, claim)
        and not claim_holds(evidence, claim, instead=(cell, value))
    ]


def claim_holds(
    evidence: Evidence, claim: Claim, *, instead: tuple[Cell, float] | None = None
) -> bool | None:
    """Say whether a claim holds on the printed scores; None where they cannot tell.

    Args:
        evidence: a study laid out.
        claim: of the study.
        instead: a cell, and a score to take the place of the one that the claim compares.
    """
    if isinstance(claim, (OtherConfusions, LargestShareOfErrors)):
        return _holds_on_matrices(evidence, claim)
    if isinstance(claim, Untestable) or claim.measure not in SCORES:
        return None
    cells = [cell for cell in evidence.pick(None) if claim.measure in cell.scores]
    values = {id(cell): cell.scores[claim.measure] for cell in cells}
    rows = [evidence.default(cell).row for cell in cells]
    if instead is not None:
        values[id(instead[0])] = instead[1]
    printed = np.array(list(values.values()), float)
    found = _decide(evidence, claim, Scores(rows, printed))
    if found is False:
        kindly = printed + _in_favour(claim, rows) * [slack(one) for one in values.values()]
        if _decide(evidence, claim, Scores(rows, kindly)):
            return None  # it can hold before rounding
    return found


def matrix_of(study: Study, table: PrintedTable) -> np.ndarray:
    """Read a printed confusion matrix, true classes by rows, in the order of the classes."""
    rows = study.printed(table)
    return np.array([[row[str(k)] for k in range(len(rows))] for row in rows])


def _holds_on_matrices(evidence: Evidence, claim: Claim) -> bool | None:
    tables = evidence.tables("confusion")
    rows = [evidence.owner(table).row for table in tables]
    matrices = [matrix_of(evidence.study, table) for table in tables]
    classes = {len(one) for one in matrices}
    if len(classes) != 1 or max(getattr(claim, "classes", [0])) >= min(classes):
        return None
    matrices = np.array(matrices)
    return _decide(evidence, claim, Scores(rows, np.zeros(len(rows)), matrices))


def _decide(evidence: Evidence, claim: Claim, scores: Scores) -> bool | None:
    """Ask only when every configuration that a condition means has a score."""
    for where in claim.groups:
        condition = parse_condition(where)
        meant = sum(condition.matches(one.row) for one in evidence.planned)
        if not 0 < meant == len(scores.members(where)):
            return None
    return bool(holds(claim, scores))


def _in_favour(claim: Claim, rows: Sequence[Mapping[str, object]]) -> np.ndarray:
    """Say which way each score would have to be rounded for a claim: up, down, or not at all."""
    directions = np.zeros(len(rows))
    for names, direction in ((_LOSING, -1), (_WINNING, 1)):
        for name in names:
            given = getattr(claim, name, None) or ()
            for where in [given] if isinstance(given, str) else given[:1]:
                condition = parse_condition(where)
                directions[[condition.matches(row) for row in rows]] = direction
    return directions
