"""Looks: how often verdicts were sought, and what of alpha each look has."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from ..errors import SpecError
from ..store.looks import looks_of
from ..store.planned import current_at, stored_study
from ..store.store import Store
from ..study.claims import Claim
from ..study.statistics import Statistics

#: The looks that share most of alpha equally; every later one has half of the one before.
EQUAL_LOOKS = 5

#: From this one on looks have the same alpha, which is nothing: a store can say that it had any.
_LAST_LOOK = 500

#: Answers on average after which a claim is not asked again.
DECIDED = ("holds", "fails", "tie")


def look_alpha(number: int, alpha: float) -> float:
    """Give the error of a look, so that those of all looks add up to alpha.

    0.2, 0.2, 0.2, 0.2, 0.1, 0.05, … of alpha: by the union bound (Bonferroni) it needs no equal
    batches, no known variance and no last look.

    >>> round(sum(look_alpha(k, 0.05) for k in range(1, 60)), 12)
    0.05
    """
    if number < EQUAL_LOOKS:
        return alpha / EQUAL_LOOKS
    return alpha / EQUAL_LOOKS / 2 ** (min(number, _LAST_LOOK) - EQUAL_LOOKS + 1)


def settings_digest(settings: Statistics) -> str:
    """Give the SHA-256 of the settings, as the store keeps it with each look."""
    return hashlib.sha256(json.dumps(settings.model_dump(), sort_keys=True).encode()).hexdigest()


def is_decided(look: Mapping[str, object] | None, settings: Statistics, claim: Claim) -> bool:
    """Say whether a claim was decided at its last look: it stays so while it asks the same.

    Args:
        look: of `last_looks`; None for none.
        settings, claim: those that hold.
    """
    if look is None or look["average"] not in DECIDED:
        return False
    then = look["then"]
    is_same = then is None or _asked(then) == _asked(claim)
    return is_same and look["settings"] == settings_digest(settings)


def _asked(claim: Claim) -> dict[str, object]:
    """Give what a claim asks, in whatever words."""
    return claim.model_dump(exclude={"text", "source"})


def last_looks(folder: Path, study: str, protocol: str) -> dict[str, Mapping[str, object]]:
    """Give the last look at each claim of a study, by the claim's id.

    A look has the columns of the store's table, and `then`: the claim as the study file had it;
    None where that is not known.
    """
    with Store(folder) as opened:
        rows = {str(row["claim"]): row for row in looks_of(opened, study, protocol)}
        known = opened.definitions(study) if rows else []
    then = {name: current_at(known, str(row["ended"])) for name, row in rows.items()}
    claims = {text: _claims(text) for text in set(then.values()) - {None}}
    return {
        name: {**row, "then": claims.get(then[name], {}).get(name)} for name, row in rows.items()
    }


def _claims(definition: str) -> dict[str, Claim]:
    """Give the claims of a study file as a store keeps it; none of one that had other words."""
    try:
        return {claim.id: claim for claim in stored_study(definition).claims}
    except SpecError:
        return {}


def alpha_now(look: Mapping[str, object] | None, runs: int, alpha: float) -> tuple[int, float]:
    """Give the number of a look at so many runs, and its alpha.

    A store without looks is one with a fixed number of seeds: its verdicts have alpha itself, and
    their number is 0. Runs that came since the last look make another one of it.
    """
    if look is None:
        return 0, alpha
    number = int(look["number"]) + (runs > int(look["runs"]))
    return number, look_alpha(number, alpha)
