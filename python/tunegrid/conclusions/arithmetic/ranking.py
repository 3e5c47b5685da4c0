"""How far two orders of the same configurations agree."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...results.measures import APART

#: The most rows of which all pairs are made: 32 MB for each matrix.
_MOST_IN_PAIRS = 2_000


class Agreement(NamedTuple):
    """Kendall's rank correlation of two orders, over n configurations."""

    tau: float
    n: int


def rank_agreements(table: pd.DataFrame) -> dict[str, Agreement]:
    """Give `rank_agreement` for each kind of runs that a table tells apart.

    Returns:
        By what sets the kind apart, "" when there is one kind only; without those for which
        there is too little.
    """
    kinds = [name for name in ("departures", *APART) if name in table]
    done = table[table["replicates"] > 0]
    if not kinds or len(done[kinds].drop_duplicates()) <= 1:
        found = {"": rank_agreement(done)}
    else:
        groups = done.groupby(kinds, sort=False, dropna=False)
        found = {
            ", ".join(text for text in map(str, values) if text) or "no departures": (
                rank_agreement(group)
            )
            for values, group in groups
        }
    return {kind: agreement for kind, agreement in found.items() if agreement is not None}


def rank_agreement(table: pd.DataFrame) -> Agreement | None:
    """Hold our order of a table's configurations against the published one.

    Args:
        table: from `comparison_table`, of one experiment.

    Returns:
        Kendall's τ-b of published_accuracy and accuracy: 1 for the same order, 0 for none in
        common. None for fewer than two configurations with both numbers, and when all on one
        side are equal.
    """
    if "published_accuracy" not in table:
        return None
    both = table[["published_accuracy", "accuracy"]].dropna().astype(float)
    if (both.nunique() <= 1).any():  # noqa: PD101 - whatever its cost, it reads as it means
        return None
    published, ours = both.to_numpy().T
    return Agreement(kendall_tau(published, ours), len(both))


def kendall_tau(one: np.ndarray, other: np.ndarray) -> float:
    """Give Kendall's τ-b of two orders, which is what `scipy.stats.kendalltau` gives.

    The definition as it stands in M. G. Kendall, "The treatment of ties in ranking problems",
    Biometrika 33 (1945), over all pairs: for tables of some hundred rows that takes a millisecond,
    and importing SciPy's takes half a second. Of long tables it would fill the memory.

    Args:
        one, other: shape (n,), without NaN, neither of them constant.
    """
    if len(one) > _MOST_IN_PAIRS:
        from scipy.stats import kendalltau

        return float(kendalltau(one, other).statistic)
    first, second = (np.sign(values[:, None] - values) for values in (one, other))
    return float((first * second).sum() / math.sqrt((first**2).sum() * (second**2).sum()))
