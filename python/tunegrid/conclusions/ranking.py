"""How far two orders of the same configurations agree."""

from typing import NamedTuple

import pandas as pd

from ..results.measures import APART


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
        Kendall's τ-b of published_accuracy and accuracy, by `scipy.stats.kendalltau`: 1 for
        the same order, 0 for none in common. None for fewer than two configurations with both
        numbers, and when all on one side are equal.
    """
    from scipy.stats import kendalltau

    if "published_accuracy" not in table:
        return None
    both = table[["published_accuracy", "accuracy"]].dropna().astype(float)
    if (both.nunique() <= 1).any():  # noqa: PD101 - whatever its cost, it reads as it means
        return None
    tau = float(kendalltau(both["published_accuracy"], both["accuracy"]).statistic)
    return Agreement(tau, len(both))
