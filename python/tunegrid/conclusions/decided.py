"""What spending seeds until claims are decided came to, and for how long it may."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import SpecError, quoted

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


@dataclass
class DecidedSummary:
    """What `run_until_decided` did.

    Attributes:
        study, protocol, store: what was run, and where it is stored.
        looks: a row a claim and look of this call: claim, number, alpha, runs, average, slack,
            low, high.
        trained, failed: runs of this call.
        spent, budget: seconds of training since the first of all looks, and what may be spent.
        stopped: why it ended, in a sentence.
    """

    study: str
    protocol: str
    store: Path
    looks: pd.DataFrame
    trained: int
    failed: int
    spent: float
    budget: float
    stopped: str


def read_budget(text: str | float) -> float:
    """Read a time: seconds, or a number with s, m, h or d behind it.

    >>> read_budget("2h"), read_budget("1.5 min"), read_budget(90)
    (7200.0, 90.0, 90.0)

    Raises:
        SpecError: for anything else, and for no time at all.
    """
    match = re.fullmatch(r"\s*([0-9.]+)\s*([a-z]*)\s*", str(text).lower())
    try:
        seconds = float(match[1]) * _UNITS[match[2]]
    except (TypeError, KeyError, ValueError):
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise SpecError(f"A budget is a time as 90, 20m, 2h or 1d, not '{quoted(text)}'.")
    return seconds


def spoken(seconds: float) -> str:
    """Say a time in hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds:g} s"


def describe_decided(summary: DecidedSummary) -> list[str]:
    """Say in lines what `run_until_decided` did."""
    failed = f" ({summary.failed} failed)" if summary.failed else ""
    trained = (
        f"{summary.trained + summary.failed} runs trained{failed}, {spoken(summary.spent)} of "
        f"{spoken(summary.budget)} spent. Store: {summary.store}"
    )
    return [trained, summary.stopped]
