"""Whether what is judged by was fixed before the runs, or changed since."""

import json
from dataclasses import dataclass

import numpy as np

from ..errors import SpecError
from ..store.planned import current_at, stored_study
from ..store.store import Store
from ..study.claims import Claim
from ..study.statistics import Statistics
from ..study.study import Study
from .arithmetic.scores import Scores
from .inputs import Inputs, regrouped

#: Settings that a comparison of cells does not ask, and a claim does not.
_NOT_OF_CELLS = {"again", "value", "window"}
_NOT_OF_CLAIMS = {"offset", "offset_reason"}


@dataclass(frozen=True)
class First:
    """What was to be judged by when the first of the runs began.

    Attributes:
        inputs: the same runs, under the settings of then.
        claim: as it was then; None when there was none of that name, or none is asked.
    """

    inputs: Inputs
    claim: Claim | None = None


def first_claim(inputs: Inputs, claim: Claim) -> First | None:
    """Give what a claim was when the first of its runs began; None when it is the same."""
    base = Scores(inputs.rows, np.zeros(len(inputs.rows)))
    cells = {cell for where in claim.groups for cell in base.members(where)}
    keys = inputs.results.loc[inputs.results["cell"].isin(cells), "key"].tolist()
    then = _study_then(inputs, keys)
    if then is None:
        return None
    before = next((one for one in then.claims if one.id == claim.id), None)
    same = _asked(then.statistics, _NOT_OF_CLAIMS) == _asked(inputs.settings, _NOT_OF_CLAIMS)
    return None if same and before == claim else First(regrouped(inputs, then.statistics), before)


def first_comparison(inputs: Inputs) -> First | None:
    """Give the settings of when the first run began; None when they are the same."""
    then = _study_then(inputs, inputs.results["key"].tolist())
    if then is None:
        return None
    same = _asked(then.statistics, _NOT_OF_CELLS) == _asked(inputs.settings, _NOT_OF_CELLS)
    return None if same else First(regrouped(inputs, then.statistics))


def _asked(settings: Statistics, without: set[str]) -> dict[str, object]:
    return settings.model_dump(exclude=without)


def _study_then(inputs: Inputs, keys: list[str]) -> Study | None:
    """Give the study file that was current when the first of some runs began."""
    query = """
        SELECT min(started) AS started FROM attempt
        WHERE outcome = 'done' AND run IN (SELECT value FROM json_each(:keys))"""
    with Store(inputs.store) as opened:
        (started,) = opened.rows(query, {"keys": json.dumps(keys)})[0]
        known = opened.definitions(inputs.study.id)
    if started is None or not known:
        return None
    try:
        return stored_study(current_at(known, started) or known[0][1])
    except SpecError:
        return None  # of a version that had other words: what it said of statistics is not known
