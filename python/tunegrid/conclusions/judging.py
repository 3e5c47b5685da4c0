"""A claim judged: which cells it is about, whether it is so on average, and the word for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import SpecError, quoted
from ..study.claims import Claim, LargestShareOfErrors, OtherConfusions, Ranking, Untestable
from ..study.parts import split_names
from ..study.study import Study
from .arithmetic.holds import holds
from .arithmetic.scores import Scores
from .arithmetic.slack import Interval, average_verdict, slack_interval
from .arithmetic.systems import claim_system, used_cells
from .arithmetic.variance import seed_variance
from .inputs import Inputs


def pick_claims(study: Study, names: str | Sequence[str] | None) -> list[Claim]:
    """Give a study's claims by their ids, all for None; one text may hold several with commas.

    Raises:
        SpecError: listing the claims, for an unknown one.
    """
    if names is None:
        return list(study.claims)
    wanted = split_names(names)
    known = {claim.id: claim for claim in study.claims}
    for name in wanted:
        if name not in known:
            raise SpecError(
                f"There is no claim of {study.id} called '{quoted(name)}': choose from "
                f"{', '.join(known) or 'none, as it states none'}."
            )
    return [claim for name, claim in known.items() if name in wanted]


@dataclass(frozen=True)
class Judged:
    """What the runs say of a claim on average.

    Attributes:
        value: `level` or `last`, what it was judged by.
        cells: positions of the cells that it is about.
        average: the verdict.
        interval: None where there was no telling.
        source: of the variances, all that were used.
        note: what must be said with it.
    """

    value: str
    cells: np.ndarray
    average: str
    interval: Interval | None = None
    source: str = ""
    note: str = ""


def can_be_judged(claim: Claim) -> bool:
    """Say whether a claim is one about scores of runs."""
    return not isinstance(claim, (LargestShareOfErrors, OtherConfusions, Untestable))


def judge_average(
    inputs: Inputs, claim: Claim, alpha: float, scores: pd.DataFrame | None = None
) -> Judged:
    """Say whether a claim is so on average.

    Args:
        inputs: of the study.
        claim: any of its claims.
        alpha: the error in each direction.
        scores: other scores than those of the claim's own measure.
    """
    settings = inputs.settings
    if not all(inputs.base.members(where) for where in claim.groups):
        note = "one of its conditions meets no configuration"
        return Judged("", cells_of(claim, inputs), "not defined", note=note)
    places = claim_system(claim, inputs.rows)
    if places is None:
        return Judged("", cells_of(claim, inputs), "not defined")
    used = np.flatnonzero(used_cells(places))
    given = inputs.scores(claim.measure) if scores is None else scores
    own = given[given["cell"].isin(used)]
    value = "last" if settings.value == "last" or own["level"].isna().any() else "level"
    if scores is None:
        variances = inputs.variances(claim.measure, value)
    else:
        variances = seed_variance(scores, value, inputs.cells)
    found = variances.iloc[used]
    if (found["n"] == 0).any():
        return Judged(value, used, "too few runs", note=_missing(inputs, found))
    if found["source"].eq("none").any():
        return Judged(value, used, "too few runs", note=_few(inputs, found))
    source = ", ".join(dict.fromkeys(found["source"]))
    if not (found["variance"] > 0).all():
        return Judged(value, used, "undecided", source=source, note="the runs do not differ")
    interval = slack_interval(places, variances, alpha)
    return Judged(value, used, average_verdict(claim, interval, settings.delta), interval, source)


def cells_of(claim: Claim, inputs: Inputs) -> np.ndarray:
    """Give the positions of the cells that a claim is about."""
    members = [set(inputs.base.members(where)) for where in claim.groups]
    return np.array(sorted(set().union(*members)), int)


def _missing(inputs: Inputs, found: pd.DataFrame) -> str:
    without = found[found["n"] == 0]
    return f"no run of {_named(inputs, without.index)}"


def _few(inputs: Inputs, found: pd.DataFrame) -> str:
    without = found[found["source"] == "none"]
    return f"too few seeds of {_named(inputs, without.index)}: 3 each, or 10 more in their group"


def _named(inputs: Inputs, cells: Sequence[int]) -> str:
    """Name cells by experiment, and how many there are; a few of them one by one."""
    found = [inputs.configurations[cell] for cell in cells]
    if len(found) <= 2:  # noqa: PLR2004 - more of them fill the line
        return " and ".join(
            f"{one.experiment} ({', '.join(f'{k} = {v}' for k, v in one.columns.items())})"
            for one in found
        )
    counts = Counter(one.experiment for one in found)
    return ", ".join(f"{count} cells of {name}" for name, count in counts.items())


def named_cells(claim: Claim, scores: Scores) -> list[int]:
    """Give the cells that a ranking names, which are not exchangeable with the rest."""
    if not isinstance(claim, Ranking):
        return []
    among = set(scores.members(claim.among))
    return sorted({cell for where in claim.first for cell in scores.members(where)} & among)


def verdict(average: str, again: str) -> str:
    """Put both answers into the word for the claim."""
    words = {"holds": "survives", "fails": "does not survive", "tie": "no difference that matters"}
    if average in words:
        return words[average]
    if again in ("fails", "depends on the seed"):
        return "not shown by one run each"
    return "undecided"


def published_answer(claim: Claim, inputs: Inputs) -> str:
    """Say whether a claim holds on the printed numbers; nothing where they cannot tell."""
    measure = getattr(claim, "measure", None)
    if measure not in ("accuracy", "loss"):
        return ""
    name = "published" if measure == "accuracy" else "published_loss"
    values = inputs.published[name].to_numpy(float)
    cells = cells_of(claim, inputs)
    if not all(inputs.base.members(where) for where in claim.groups):
        return ""
    if not len(cells) or np.isnan(values[cells]).any():
        return ""
    rows = [inputs.rows[cell] for cell in cells]
    return "holds" if holds(claim, Scores(rows, values[cells])) else "fails"
