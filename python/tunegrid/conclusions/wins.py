"""Who would win: studies run again in the computer, with one run of each configuration."""

import numpy as np
import pandas as pd

from ..study.claims import Ranking
from .arithmetic.replay import fresh_studies
from .inputs import Inputs, with_columns

_REPLAYS = 10_000


def replay_wins(inputs: Inputs, replays: int = _REPLAYS) -> pd.DataFrame | None:
    """Say how often each configuration would come out on top, were the study run again.

    Among those of the study's ranking claim that is about most; without one, among those that the
    source prints an accuracy of (all, if it prints none), of the data set that most of them are
    of, each once where experiments share it. Those without runs, or of which nothing says how far
    seeds lie apart, are no rivals. `rank_configurations` does the same among any, and says which
    can be the best.

    Args:
        inputs: of a study.
        replays: how many fresh studies, each with one run of each configuration.

    Returns:
        A row a configuration, the most frequent winner first: experiment, its columns, published,
        n, mean (of ours, as the study reports it), wins (the share of replays that it wins; those
        of an experiment add up to how often that is on top), published_best (whether the source
        has it as the best of these). `attrs["rivals"]` says how many could have been among them,
        `attrs["said"]` has it in sentences. None where fewer than two have runs.
    """
    scores = inputs.scores("accuracy")
    if scores.empty:
        return None
    value = "last" if inputs.settings.value == "last" or scores["level"].isna().any() else "level"
    world = inputs.world("accuracy", value)
    known, rivals = world.known, _rivals(inputs)
    cells = [cell for cell in rivals if known.iloc[cell]]
    if len(cells) < 2:  # noqa: PLR2004 - one has no rival
        return None
    winners = fresh_studies(world.pick(cells), replays, shrink=True).argmax(axis=1)
    lasts = world.lasts.iloc[cells]
    printed = inputs.published["published"].iloc[cells].to_numpy(float)
    table = (
        inputs.cells[["experiment", "configuration"]]
        .iloc[cells]
        .assign(
            published=pd.array(printed, dtype="Float64"),
            n=lasts["n"].to_numpy(int),
            mean=lasts["mean"].to_numpy(float),
            wins=np.bincount(winners, minlength=len(cells)) / replays,
            published_best=printed == np.nanmax(printed, initial=-1.0),
        )
    )
    order = ["wins", "mean"]
    table = table.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    table = with_columns(table, inputs)
    own = {name for cell in cells for name in inputs.configurations[cell].columns}
    kept = [name for name in table if name not in own or len(table[name].dropna().unique()) > 1]
    table = table[kept]
    table.attrs["rivals"] = len(rivals)
    table.attrs["said"] = _said(table, len(rivals))
    return table


def _rivals(inputs: Inputs) -> list[int]:
    rankings = [one.among for one in inputs.study.claims if isinstance(one, Ranking)]
    most = max((inputs.base.members(where) for where in rankings), key=len, default=[])
    if most:
        return list(most)
    # Experiments of ours beside the source's are no part of the study that would be run again.
    printed = inputs.published["published"].notna().to_numpy()
    datasets = inputs.cells["dataset"]
    meant = datasets[printed] if printed.any() else datasets
    return _apart(inputs, meant.index[meant.eq(meant.mode()[0])].to_numpy())


def _apart(inputs: Inputs, cells: np.ndarray) -> list[int]:
    """Leave out configurations that are another one again: no rival of itself."""
    printed = inputs.published["published"].isna().to_numpy()
    owner: dict[str, int] = {}
    for cell, key in inputs.results.sort_values("cell")[["cell", "key"]].itertuples(index=False):
        owner[key] = min(owner.get(key, cell), cell, key=lambda one: (printed[one], one))
    again = set(inputs.results["cell"]) - set(owner.values())
    return [cell for cell in cells if cell not in again]


def _said(table: pd.DataFrame, rivals: int) -> list[str]:
    first = table.iloc[0]
    among = f"{len(table)} of {rivals}" if len(table) < rivals else f"{rivals}"
    again = (
        f"Were the study run again with one run of each of {among} configurations, the most "
        f"frequent winner would be on top in {_share(first['wins'])} of studies."
    )
    bests = [
        f"The one that the source has as the best of these ({best['published']:.4f}) would be on "
        f"top in {_share(best['wins'])}."
        for best in table[table["published_best"]].to_dict("records")
    ]
    said = [again, *bests]
    shares = table.groupby("experiment", sort=False)["wins"].sum()
    if len(shares) > 1:
        told = ", ".join(f"{name} {_share(share)}" for name, share in shares.items())
        said.append(f"By experiment: {told}.")
    return said


def _share(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"  # noqa: PLR2004 - shown so
