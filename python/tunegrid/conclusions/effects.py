"""What one difference does alone: runs that differ from others in one thing."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ..plan.configuration import Configuration
from .arithmetic.slack import slack_interval
from .arithmetic.systems import System
from .inputs import Inputs

#: The experiment in which one thing is changed at a time, and the column that names it where there
#: is one. Its first value is that of the runs in which nothing is.
EXPERIMENT, CHANGED = "one-change", "changed"

#: In each direction: a 95 % interval.
_ALPHA = 0.025

_NAMES = [
    "of", "changed", "setting", "n_base", "n", "base", "mean", "effect", "low", "high",
    "published", "gap",
]  # fmt: skip


def single_effects(inputs: Inputs) -> pd.DataFrame | None:
    """Say how far each difference alone moves the accuracy.

    In an experiment called `one-change` each configuration is held against the one that has the
    first value of one column and is otherwise the same: of the column `changed` where there is
    one, of every column where there is none. Runs are those of the protocol, so what is changed is
    changed from what the protocol says. Accuracies are those that claims are judged by. The runs
    of a configuration are those of any experiment that has the same ones, and more of them.

    Args:
        inputs: of a study.

    Returns:
        A row a difference that has runs on both sides: of (what they have in common), changed,
        setting (its values before and after), n_base and n (runs), base and mean (our accuracies
        before and after), effect (their difference), low and high (its 95 % interval; NA where
        nothing says how far seeds lie apart; where that is known of one side only, the other is
        taken to be alike), published (of the base, where `changed` names what is changed from
        it), gap (published less base). `attrs["said"]` has each row in a sentence,
        `attrs["against"]` by `of` how far these explain what the source printed. None without
        such an experiment, or such runs.
    """
    scores = inputs.scores("accuracy")
    if scores.empty:
        return None
    is_last = inputs.settings.value == "last" or scores["level"].isna().any()
    cells = inputs.variances("accuracy", "last" if is_last else "level")
    same = _same_runs(inputs)
    rows = [
        _row(inputs, cells, [same[base], same[cell]], (base, cell), name)
        for base, cell, name in _pairs(inputs.configurations)
        if base in same and cell in same
    ]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=_NAMES)
    numbers = ["base", "mean", "effect", "low", "high", "published", "gap"]
    table = table.astype(dict.fromkeys(numbers, "Float64"))
    said = [_sentence(row) for row in table.to_dict("records")]
    table.attrs = {"said": said, "against": _against(table), "digits": 4}
    return table


def _pairs(found: Sequence[Configuration]) -> Iterator[tuple[int, int, str]]:
    """Give the places of two configurations, and the column in which alone they differ."""
    own = [place for place, one in enumerate(found) if one.experiment == EXPERIMENT]
    columns = list(dict.fromkeys(name for place in own for name in found[place].columns))
    for name in [CHANGED] if CHANGED in columns else columns:
        first: dict[tuple, int] = {}
        for place in own:
            rest = tuple((key, it) for key, it in found[place].columns.items() if key != name)
            base = first.setdefault(rest, place)
            if base != place:
                yield base, place, name


def _same_runs(inputs: Inputs) -> dict[int, list[int]]:
    """Give for each configuration with runs those that share a run with it, most runs first."""
    results = inputs.results[["key", "cell"]]
    many = results.groupby("cell").size()
    shared = results.merge(results, on="key").groupby("cell_x")["cell_y"].unique()
    return {cell: sorted(others, key=lambda one: -many[one]) for cell, others in shared.items()}


def _row(
    inputs: Inputs,
    cells: pd.DataFrame,
    same: list[list[int]],
    pair: tuple[int, int],
    name: str,
) -> tuple[object, ...]:
    before, after = (inputs.configurations[place] for place in pair)
    own = cells.iloc[[most for most, *_ in same]]
    base, mean = own["mean"].to_numpy(float)
    printed = inputs.published["published"].iloc[same[0]].dropna()
    published = float(printed.iloc[0]) if name == CHANGED and len(printed) else np.nan
    rest = [_named(key, value) for key, value in before.columns.items() if key != name]
    return (
        ", ".join(rest), after.columns[name] if name == CHANGED else name,
        _setting(before, after, name), *own["n"].astype(int), base, mean, mean - base,
        *_interval(own), published, published - base,
    )  # fmt: skip


def _named(column: str, value: object) -> str:
    """Name a value; one that says by itself what it is needs no column."""
    says = isinstance(value, str) and value not in ("yes", "no")
    return str(value) if says else f"{column} = {value}"


def _setting(before: Configuration, after: Configuration, name: str) -> str:
    """Write out what is other: the column's values, or those of the settings behind it."""
    if name != CHANGED:
        return f"{name}: {before.columns[name]} to {after.columns[name]}"
    names = dict.fromkeys([*before.settings, *after.settings])
    ends = {one: (before.setting(one), after.setting(one)) for one in names if one != "split_seed"}
    other = [
        f"{one}: {'none' if start is None else start} to {'none' if end is None else end}"
        for one, (start, end) in ends.items()
        if start != end
    ]
    return ", ".join(other)


def _interval(own: pd.DataFrame) -> tuple[float, float]:
    """Give the ends of the difference, as those of a claim that one is greater."""
    known = own[own["source"].ne("none") & own["variance"].gt(0)]
    if known.empty:
        return np.nan, np.nan
    if len(known) < len(own):
        alike = known[["variance", "df", "shared"]].iloc[0]
        own = own.assign(**alike.to_dict())
    system = System(np.array([[-1.0, 1.0]]), np.zeros(1))
    found = slack_interval([[system]], own, _ALPHA)
    return found.low, found.high


def _against(table: pd.DataFrame) -> dict[str, str]:
    known = table[table["gap"].notna()]
    return {of: _explained(of, own) for of, own in known.groupby("of", sort=False)}


def _sentence(row: Mapping[str, object]) -> str:
    moved = (
        f"{'raises' if row['effect'] > 0 else 'lowers'} our accuracy by {abs(row['effect']):.4f}"
    )
    opening = f"{row['of']}, {row['setting']} alone"
    if pd.isna(row["low"]):
        return f"{opening}: {moved}; too few seeds to say how sure that is."
    ends = f"95 %: {row['low']:+.4f} to {row['high']:+.4f}"
    chance = "" if _is_sure(row) else ", which can be chance"
    return f"{opening}: {moved} ({ends}){chance}."


def _is_sure(row: Mapping[str, object]) -> bool:
    return not pd.isna(row["low"]) and (row["low"] > 0 or row["high"] < 0)


def _explained(of: str, own: pd.DataFrame) -> str:
    """Say which of the differences make up for what the source printed more, or less, than ours."""
    first = own.iloc[0]
    gap = float(first["gap"])
    opening = (
        f"{of}: published is {first['published']:.4f}, {abs(gap):.4f} "
        f"{'above' if gap > 0 else 'below'} ours."
    )
    rows = own.to_dict("records")
    if own["low"].isna().all():
        return f"{opening} Too few seeds to say which of these differences moves ours there."
    found = [row for row in rows if _is_sure(row) and (row["effect"] > 0) == (gap > 0)]
    if not found:
        return f"{opening} None of these differences alone moves ours there by more than chance."
    told = ", ".join(f"{row['changed']} {row['effect']:+.4f}" for row in found)
    return f"{opening} Ours would be moved there by {told}."
