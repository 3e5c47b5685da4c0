"""Scores: of runs, as a study reports them and over their last epochs; of configurations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...errors import SpecError, quoted
from ...study.conditions import parse_condition

#: Printed numbers have few decimals: 0.9 - 0.8 is to be 0.1.
TINY = 1e-9

#: Where a tidy row has the accuracy or the loss that a study reports of a run.
_PREFIXES = {"training": "train", "validation": "val", "test": "test"}


@dataclass(frozen=True)
class Scores:
    """Scores of the configurations that a claim can be about.

    Attributes:
        rows: what conditions can name, one mapping a configuration (`Configuration.row`).
        values: the measure that the claim compares, shape (..., configurations).
        matrices: confusion matrices, shape (..., configurations, classes, classes), true classes
            by rows; needed by claims on confusions only.
    """

    rows: Sequence[Mapping[str, object]]
    values: np.ndarray
    matrices: np.ndarray | None = None
    _members: dict[str, list[int]] = field(default_factory=dict, compare=False, repr=False)

    def with_values(self, values: np.ndarray) -> "Scores":
        """Give other values of the same configurations."""
        return Scores(self.rows, values, self.matrices, self._members)

    def members(self, where: str) -> list[int]:
        """Give the positions of the configurations that meet a condition."""
        if where not in self._members:
            matches = parse_condition(where).matches
            self._members[where] = [place for place, row in enumerate(self.rows) if matches(row)]
        return self._members[where]

    def levels(self, where: str, by: str) -> list[list[int]]:
        """Give the positions of those that meet a condition, by what a column has, upwards.

        Raises:
            SpecError: where the column has texts beside numbers, or some rows do not have it.
        """
        found: dict[object, list[int]] = {}
        for position in self.members(where):
            found.setdefault(self.rows[position].get(by), []).append(position)
        try:
            return [found[level] for level in sorted(found)]
        except TypeError:
            raise SpecError(
                f"The configurations of a claim ({quoted(where)}) have no order by {quoted(by)}: "
                f"name those that all have it, as numbers or as texts."
            ) from None

    def of(self, where: str) -> np.ndarray:
        """Give the values of the configurations that meet a condition, shape (..., members)."""
        return self.values[..., self.members(where)]

    def mean(self, where: str) -> np.ndarray:
        """Give the mean value of the configurations that meet a condition, shape (...)."""
        return self.of(where).mean(axis=-1)

    def matrix(self, where: str) -> np.ndarray:
        """Add up the matrices of those that meet a condition, shape (..., classes, classes)."""
        return self.matrices[..., self.members(where), :, :].sum(axis=-3)


def score_frame(
    results: pd.DataFrame,
    epochs: pd.DataFrame,
    measure: str = "accuracy",
    window: Callable[[int], int] = lambda epochs: max(1, epochs // 4),
) -> pd.DataFrame:
    """Give the scores of finished runs: after the last epoch, and over the last ones.

    Args:
        results: a row a finished run, with experiment, configuration (its position in the grid,
            from 0), replicate, key, seconds, epochs; train_, val_ and test_ accuracy and loss
            after the last epoch; and the settings reported_accuracy, reported_loss and validation.
        epochs: a row an epoch, with key, epoch (from 1), loss, accuracy, val_loss, val_accuracy.
        measure: `accuracy` or `loss` as the study reports it, or `gap`: training less validation
            accuracy.
        window: from a run's number of epochs to W, how many last ones its level is the mean of.

    Returns:
        experiment, configuration, replicate, key, seconds; `last`, the measure after the last
        epoch; `level`, its mean over the last W epochs, NA where the epochs hold another measure
        (an accuracy on test images beside held-out ones); `swings`, an array of the measure over
        the last 2 W epochs less its mean there, empty where level is NA or W is 1. In the order
        of experiment, configuration and replicate; every other column of results follows.
    """
    results = results.sort_values(
        ["experiment", "configuration", "replicate", "key"], kind="stable"
    )
    results = results.reset_index(drop=True)
    widths = {int(count): window(int(count)) for count in results["epochs"].unique()}
    width = results["epochs"].map(widths).to_numpy(int)
    runs = results.drop_duplicates("key")  # two experiments may share one
    level, swings = _over_epochs(runs, epochs, measure, width[runs.index])
    place = results["key"].map(dict(zip(runs["key"], range(len(runs)), strict=True)))
    own = {
        "last": _last(results, measure),
        "level": level[place],
        "swings": [swings[one] for one in place],
        "window": width,
    }
    first = ["experiment", "configuration", "replicate", "key", "seconds"]
    return results[first].assign(**own).join(results[results.columns.difference(first, sort=False)])


def _last(results: pd.DataFrame, measure: str) -> np.ndarray:
    if measure == "gap":
        found = results["train_accuracy"].astype(float) - results["val_accuracy"].astype(float)
        return found.to_numpy()
    found = np.full(len(results), np.nan)
    for word, prefix in _PREFIXES.items():
        meant = results[f"reported_{measure}"].eq(word).to_numpy(bool)
        if meant.any():
            found[meant] = results.loc[meant, f"{prefix}_{measure}"].to_numpy(float)
    return found


def _over_epochs(
    results: pd.DataFrame, epochs: pd.DataFrame, measure: str, width: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Give the levels and the swings of runs, each once, from their last epochs."""
    place = pd.Series(np.arange(len(results)), index=results["key"])
    owner = place.reindex(epochs["key"]).to_numpy()
    known = ~np.isnan(owner)
    owner, epochs = owner[known].astype(int), epochs[known]
    order = np.lexsort((epochs["epoch"].to_numpy(), owner))
    owner, epochs = owner[order], epochs.iloc[order]
    values = _measured(results, epochs, measure, owner)
    behind = results["epochs"].to_numpy(int)[owner] - epochs["epoch"].to_numpy(int)
    near = behind < width[owner]
    count = np.bincount(owner[near], minlength=len(results))
    with np.errstate(invalid="ignore", divide="ignore"):
        level = np.bincount(owner[near], values[near], minlength=len(results)) / count
    far = (behind < 2 * width[owner]) & (width[owner] > 1) & ~np.isnan(level[owner])
    sizes = np.bincount(owner[far], minlength=len(results))
    middle = np.bincount(owner[far], values[far], minlength=len(results)) / np.maximum(sizes, 1)
    ends = np.cumsum(sizes)
    swings = values[far] - middle[owner[far]]
    return level, [swings[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _measured(
    results: pd.DataFrame, epochs: pd.DataFrame, measure: str, owner: np.ndarray
) -> np.ndarray:
    """Give the measure in each epoch; NaN where epochs do not have what the study reports."""
    if measure == "gap":
        return (epochs["accuracy"] - epochs["val_accuracy"]).to_numpy(float)
    reported = results[f"reported_{measure}"].to_numpy(object)[owner]
    on_test = results["validation"].eq("test").to_numpy(bool)[owner]
    values = np.where(reported == "training", epochs[measure], epochs[f"val_{measure}"])
    return np.where((reported == "test") & ~on_test, np.nan, values).astype(float)
