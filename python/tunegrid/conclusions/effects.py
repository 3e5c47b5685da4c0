"""What one difference does alone: runs that differ from others in one thing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..plan.configuration import Configuration
from .arithmetic.quantiles import t_isf
from .arithmetic.slack import slack_interval
from .arithmetic.systems import System
from .inputs import Inputs

#: The experiment in which one thing is changed at a time, and the column that names it where there
#: is one. Its first value is that of the runs in which nothing is.
EXPERIMENT, CHANGED = "one-change", "changed"

#: In each direction: a 95 % interval.
_ALPHA = 0.025
#: Printed configurations with runs from which on their best epochs are told of as a whole.
_LEAST_CELLS = 5
#: Where a run has the accuracy of its best epoch, by what a study reports.
_BEST = {"validation": "best_accuracy", "test": "best_test_accuracy"}

_NAMES = [
    "of", "changed", "setting", "n_base", "n", "base", "mean", "effect", "low", "high",
    "published", "gap",
]  # fmt: skip


def single_effects(inputs: Inputs) -> pd.DataFrame | None:
    """Say how far each difference alone moves the accuracy.

    In an experiment called `one-change` each configuration is held against the one that has the
    first value of one column and is otherwise the same: of the column `changed` where there is
    one, of every column where there is none. An experiment that the source did not print, whose
    every configuration differs from a printed one in the same setting, is held against these as a
    whole, mean against mean. So is, for all printed configurations, each run's best epoch against
    what the study's tables have. Runs are those of the protocol, so what is changed is changed
    from what the protocol says. Accuracies are those that claims are judged by. The runs of a
    configuration are those of any experiment that has the same ones, and more of them.

    Args:
        inputs: of a study.

    Returns:
        A row a difference that has runs on both sides: of (what they have in common), changed,
        setting (its values before and after), n_base and n (runs), base and mean (our accuracies
        before and after), effect (their difference), low and high (its 95 % interval; NA where
        nothing says how far seeds lie apart; where that is known of one side only, the other is
        taken to be alike), published (of the base, where there is one), gap (published less
        base). `attrs["said"]` has each row in a sentence, `attrs["against"]` by `of` how far
        these explain what the source printed. None without such an experiment, or such runs.
    """
    scores = inputs.scores("accuracy")
    if scores.empty:
        return None
    is_last = inputs.settings.value == "last" or scores["level"].isna().any()
    cells = inputs.variances("accuracy", "last" if is_last else "level")
    same = _same_runs(inputs)
    found = [
        _row(inputs, cells, same, known)
        for one in [*_changes(inputs.configurations), *_whole_experiments(inputs)]
        if (known := one.with_runs(same)).before
    ]
    rows = [*found, *_best_epochs(inputs)]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=_NAMES)
    numbers = ["base", "mean", "effect", "low", "high", "published", "gap"]
    table = table.astype(dict.fromkeys(numbers, "Float64"))
    said = [_sentence(row) for row in table.to_dict("records")]
    table.attrs = {"said": said, "against": _against(table), "digits": 4}
    return table


@dataclass(frozen=True)
class _Difference:
    """Configurations, by their places, and as many others that differ in one thing from them."""

    of: str
    changed: str
    setting: str
    before: Sequence[int]
    after: Sequence[int]
    is_printed: bool

    def with_runs(self, same: Mapping[int, object]) -> "_Difference":
        """Give those pairs of them that have runs on both sides."""
        pairs = zip(self.before, self.after, strict=True)
        kept = [pair for pair in pairs if same.keys() >= set(pair)]
        before, after = ([pair[side] for pair in kept] for side in (0, 1))
        of = self.of if len(self.before) == 1 else f"{len(kept)} models of {self.of}"
        return _Difference(of, self.changed, self.setting, before, after, self.is_printed)


def _changes(found: Sequence[Configuration]) -> Iterator[_Difference]:
    """Give the differences within the experiment that changes one thing at a time."""
    own = [place for place, one in enumerate(found) if one.experiment == EXPERIMENT]
    columns = list(dict.fromkeys(name for place in own for name in found[place].columns))
    for name in [CHANGED] if CHANGED in columns else columns:
        first: dict[tuple, int] = {}
        for place in own:
            rest = tuple((key, it) for key, it in found[place].columns.items() if key != name)
            base = first.setdefault(rest, place)
            if base == place:
                continue
            of = ", ".join(_named(key, value) for key, value in rest)
            before, after = found[base], found[place]
            if name == CHANGED:
                changed, setting = str(after.columns[name]), _setting(_other(before, after))
            else:
                changed, setting = name, f"{name}: {before.columns[name]} to {after.columns[name]}"
            yield _Difference(of, changed, setting, [base], [place], name == CHANGED)


def _whole_experiments(inputs: Inputs) -> Iterator[_Difference]:
    """Give the experiments of ours that are a printed one but for one setting."""
    found = inputs.configurations
    is_printed = inputs.published["published"].notna()
    printed = np.flatnonzero(is_printed)
    for name, own in inputs.cells.groupby("experiment", sort=False).groups.items():
        if name == EXPERIMENT or is_printed[own].any():
            continue
        pairs = []
        for place in own:
            others = ((base, _other(found[base], found[place])) for base in printed)
            near = [(base, other) for base, other in others if len(other) == 1]
            if len(near) != 1:
                break
            pairs += near
        if len(pairs) < len(own):
            continue
        bases, others = zip(*pairs, strict=True)
        of = {found[base].experiment for base in bases}
        if len(of) == 1 and all(other == others[0] for other in others):
            (changed,) = others[0]
            yield _Difference(
                of.pop(), changed, _setting(others[0]), bases, list(own), is_printed=True
            )


def _other(before: Configuration, after: Configuration) -> dict[str, tuple[object, object]]:
    """Give the settings that differ, with their two values; what only follows from one is none."""
    names = dict.fromkeys([*before.settings, *after.settings])
    ends = {one: (before.setting(one), after.setting(one)) for one in names if one != "split_seed"}
    return {one: (start, end) for one, (start, end) in ends.items() if start != end}


def _setting(other: Mapping[str, tuple[object, object]]) -> str:
    """Write out what is other."""
    said = {one: ["none" if end is None else end for end in ends] for one, ends in other.items()}
    return ", ".join(f"{one}: {start} to {end}" for one, (start, end) in said.items())


def _same_runs(inputs: Inputs) -> dict[int, list[int]]:
    """Give for each configuration with runs those that share a run with it, most runs first."""
    results = inputs.results[["key", "cell"]]
    many = results.groupby("cell").size()
    shared = results.merge(results, on="key").groupby("cell_x")["cell_y"].unique()
    return {cell: sorted(others, key=lambda one: -many[one]) for cell, others in shared.items()}


def _row(
    inputs: Inputs, cells: pd.DataFrame, same: Mapping[int, Sequence[int]], one: _Difference
) -> tuple[object, ...]:
    own = cells.iloc[[same[place][0] for place in [*one.before, *one.after]]]
    count = len(one.before)
    base, mean = own["mean"].to_numpy(float).reshape(2, count).mean(axis=1)
    n_base, n = own["n"].to_numpy(int).reshape(2, count).sum(axis=1)
    printed = inputs.published["published"]
    of_base = [printed.iloc[same[place]].dropna() for place in one.before]
    is_known = one.is_printed and all(len(found) for found in of_base)
    published = float(np.mean([found.iloc[0] for found in of_base])) if is_known else np.nan
    return (
        one.of, one.changed, one.setting, n_base, n, base, mean, mean - base,
        *_interval(own), published, published - base,
    )  # fmt: skip


def _best_epochs(inputs: Inputs) -> Iterator[tuple[object, ...]]:
    """Hold the best epoch of each run of a printed configuration against its last.

    The cells' mean differences have a Student interval; the last epoch alone is the base here.
    """
    printed = inputs.published["published"]
    own = inputs.scores("accuracy")
    is_last = own["reported_accuracy"].isin(_BEST) & own["reported_epoch"].eq("last")
    own = own[own["cell"].map(printed.notna()) & is_last]
    best = [row[_BEST[row["reported_accuracy"]]] for row in own.to_dict("records")]
    own = own.assign(best=pd.array(best, float))
    cells = own.groupby("cell")[["last", "best"]].mean()
    if len(cells) < _LEAST_CELLS:
        return
    base, mean = cells["last"].mean(), cells["best"].mean()
    apart = cells["best"] - cells["last"]
    half = float(t_isf(_ALPHA, len(cells) - 1)) * apart.std() / np.sqrt(len(cells))
    published = float(printed[cells.index].mean())
    yield (
        f"{len(cells)} printed models", "epoch", "epoch: last to best", len(own), len(own),
        base, mean, mean - base, mean - base - half, mean - base + half, published,
        published - base,
    )  # fmt: skip


def _named(column: str, value: object) -> str:
    """Name a value; one that says by itself what it is needs no column."""
    says = isinstance(value, str) and value not in ("yes", "no")
    return str(value) if says else f"{column} = {value}"


def _interval(own: pd.DataFrame) -> tuple[float, float]:
    """Give the ends of the difference of the second half from the first, as those of a claim."""
    known = own[own["source"].ne("none") & own["variance"].gt(0)]
    if known.empty:
        return np.nan, np.nan
    if len(known) < len(own):
        alike = known[["variance", "df", "shared"]].iloc[0]
        own = own.assign(**alike.to_dict())
    half = len(own) // 2
    system = System(np.repeat([[-1 / half, 1 / half]], half, axis=1), np.zeros(1))
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
