"""A table of scores from elsewhere: which of its rows and columns can be held against our runs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import SpecError, listed, quoted
from ..study.parts import split_names

#: tfruns puts this before the names of a run's flags.
FLAG = "flag_"

#: tune's columns: which measure a row has; of how many resamples it is the mean.
_METRIC, _SUMMARY, _WANTED = ".metric", ("n", "std_err"), "accuracy"


def of_accuracy(scores: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Take the rows that are accuracies, where a column `.metric` (tune's) says what each is.

    Returns:
        These rows, and in sentences what was left out.

    Raises:
        SpecError: when none is, and when rows are means of several runs.
    """
    if not hasattr(scores, "columns"):
        raise SpecError(f"scores must be a data frame, not {type(scores).__name__}.")
    said = []
    if _METRIC in scores:
        metrics = [str(one) for one in dict.fromkeys(scores[_METRIC].dropna())]
        if _WANTED not in metrics:
            raise SpecError(
                f"scores has no row with {_METRIC} = {_WANTED}, and our runs have accuracies: it "
                f"has {listed(metrics)}."
            )
        others = [one for one in metrics if one != _WANTED]
        scores = scores[scores[_METRIC].astype("string").eq(_WANTED).fillna(value=False)]
        if others:
            said.append(f"Of scores the rows with {_METRIC} = {_WANTED} are taken.")
    if set(_SUMMARY) <= set(scores.columns):
        most = pd.to_numeric(scores["n"], errors="coerce").max()
        if most > 1:
            raise SpecError(
                f"Rows of scores are means of n = {most:g}, and no runs: give a row for each run, "
                f"as tune's collect_metrics(summarize = FALSE) does."
            )
    return scores, said


def pairs(
    by: str | Sequence[str] | Mapping[str, str] | None, runs: pd.DataFrame, scores: pd.DataFrame
) -> dict[str, str]:
    """Say under which name `scores` has which of our columns.

    Args:
        by: as in `compare_with`.
        runs: ours, as `read_results` gives them; where they have no value no row can be told.
        scores: theirs.

    Raises:
        SpecError: for a column that is not there, or says nothing, and where none is in common.
    """
    columns = runs.attrs["columns"]
    says = [name for name in columns if not len(runs) or runs[name].notna().any()]
    if by is None:
        found = {
            name: given for name in says for given in (f"{FLAG}{name}", name) if given in scores
        }
        if not found:
            raise SpecError(
                f"scores has none of the columns {listed(says)}: say in by which of its "
                f"columns ({listed(scores)}) says what."
            )
        return found
    names = dict(by) if isinstance(by, Mapping) else {name: name for name in split_names(by)}
    if not names:
        raise SpecError("by names no column: leave it out, or name one that both tables have.")
    for ours, its in names.items():
        if ours not in columns:
            raise SpecError(
                f"by: our configurations have no column {quoted(ours)}: choose from "
                f"{listed(columns)}."
            )
        if ours not in says:
            raise SpecError(
                f"by: none of our runs has a value for {quoted(ours)}: choose from {listed(says)}."
            )
        if its not in scores and f"{FLAG}{its}" in scores:
            names[ours] = f"{FLAG}{its}"
        elif its not in scores:
            raise SpecError(
                f"by: scores has no column {quoted(its)}: choose from {listed(scores)}."
            )
    return names


def like(ours: pd.Series, theirs: pd.Series, name: str) -> pd.Series:
    """Give a column the type of ours, so that equal values meet."""
    texts = theirs.astype("string")
    if not pd.api.types.is_numeric_dtype(ours) or pd.api.types.is_bool_dtype(ours):
        return texts.astype(ours.dtype) if pd.api.types.is_string_dtype(ours) else texts
    numbers = pd.to_numeric(texts, errors="coerce")
    wrong = numbers.isna() & texts.notna()
    if wrong.any():
        raise SpecError(
            f"The column {name} of scores has '{quoted(texts[wrong].iloc[0], 40)}', where ours has "
            f"numbers."
        )
    return numbers.astype("Float64")


def accuracies(scores: pd.DataFrame, name: str) -> pd.Series:
    """Give the column that is compared: shares from 0 to 1, NaN where there is none.

    Raises:
        SpecError: when it is not there, or holds anything else.
    """
    if name not in scores:
        numeric = [one for one in scores if pd.api.types.is_numeric_dtype(scores[one])]
        raise SpecError(
            f"scores has no column {quoted(name)}: say in score which one is compared with our "
            f"accuracies (it has the numbers {listed(numeric)})."
        )
    values = scores[name]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        raise SpecError(f"The column {quoted(name)} of scores holds no numbers.")
    found = values.astype("Float64").astype(float)
    wrong = found.notna() & ~found.between(0, 1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise SpecError(
            f"Row {row + 1} of scores has {found.iloc[row]:g} in the column {quoted(name)}: "
            f"accuracies must be shares from 0 to 1; of percentages, take the hundredth part."
        )
    return found
