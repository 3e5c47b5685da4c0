"""A study's numbers held against each other, before anything is trained.

Each rule is a function from a study, laid out as `Evidence`, to what does not hold in it. No rule
knows a study, and no finding is written by hand.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ..knitr.notebook import in_notebook
from ..study.study import Study, load_study, studies
from . import choices, confusion, images, models, numbers, text
from .evidence import Evidence
from .finding import GRAVITIES, Finding, Rule

__all__ = ["GRAVITIES", "RULES", "Finding", "audit", "audit_study"]

#: The rules, by the names that findings have for them.
RULES: Mapping[str, Rule] = {
    "class-counts": confusion.class_counts,
    "matrix-accuracy": confusion.traces,
    "claim": choices.claims,
    "reported-twice": numbers.reported_twice,
    "selection": choices.selection,
    "changed-together": choices.changed_together,
    "described-and-run": choices.described_and_run,
    "settings": choices.stated_settings,
    "data-source": choices.data_source,
    "layers": models.layers,
    "output-shapes": models.output_shapes,
    "parameters": models.parameters,
    "samples": images.samples,
    "steps": images.steps,
    "summary": numbers.summaries,
    "difference": numbers.differences,
    "comparison": numbers.comparisons,
    "text-and-table": text.against_tables,
    "log": numbers.log,
    "grid": numbers.grid_rows,
    "possible-accuracy": images.possible_accuracies,
    "count": text.counts,
    "data-set": images.facts,
}

COLUMNS = ("study", "rule", "where", "stated", "expected", "gravity", "message")


def audit(study: Study) -> list[tuple[str, Finding]]:
    """Ask every rule of a study.

    Returns:
        The name of the rule and what it found; the gravest first, then in the order of `RULES`.
    """
    evidence = Evidence(study)
    found = [(name, finding) for name, rule in RULES.items() for finding in rule(evidence)]
    return sorted(found, key=lambda pair: GRAVITIES.index(pair[1].gravity))


def audit_study(study: str | Path | Study | None = None) -> pd.DataFrame:
    """Say what cannot be true together in what a study published. Nothing is trained.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`; all shipped
            studies by default.

    Returns:
        One row a finding, grouped by study, the gravest first: study, rule (see STUDIES.md),
        where (in the source), stated, expected (what follows from the rest), gravity
        (`overturns`: a claim of the study rests on it; `discrepancy`; `note`) and message, which
        says it all in a sentence or two. No rows when everything agrees.

    Raises:
        SpecError: for a study that does not exist, or whose file is wrong.
    """
    chosen = studies() if study is None else [load_study(study)]
    rows = [
        (one.id, rule, finding.where, finding.stated, finding.expected, finding.gravity,
         finding.message[0].upper() + finding.message[1:])
        for one in chosen
        for rule, finding in audit(one)
    ]  # fmt: skip
    return in_notebook(pd.DataFrame(rows, columns=list(COLUMNS), dtype="string"))
