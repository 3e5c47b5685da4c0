"""Which configuration is the best, and how sure that is."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..knitr.notebook import in_notebook
from ..study.study import Study
from .arithmetic.ranking import kendall_tau
from .arithmetic.replay import World, fresh_studies, rank_cells
from .arithmetic.slack import slack_interval
from .arithmetic.systems import System
from .inputs import Inputs, read_inputs, with_columns

_DRAWS = 4_000
_SHOWN = ("experiment", "n", "mean", "shrunk", "low", "high", "in_set", "p_best", "p_wins")


def rank_configurations(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Say how sure it is which configuration is the best.

    `in_set` marks the confidence set of best configurations (Hsu 1984): those whose claim to be
    the best does not fail. The true best is left out with probability alpha at most. Its size is
    the answer to "which is best".

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        experiments, where: among which; all by default.
        protocol: default: the study's own default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row a configuration with runs, the best first: experiment, its columns, n, mean (of the
        level), shrunk (towards the others of its experiment), low, high (5 and 95 % of what it can
        be), in_set, p_best, p_within_delta (of the best), p_wins (a fresh study with one run
        each), optimism (how far the winner's number lies above its own mean). Probabilities
        describe, and decide nothing. `attrs["said"]` has it in sentences.

    Raises:
        SpecError: for what does not exist, and where fewer than two configurations can be ranked.
        StoreError: when the store cannot be read.
    """
    asked = {"protocol": protocol, "experiments": experiments, "store": store}
    inputs = read_inputs(study, where=where, **asked)
    scores = inputs.scores("accuracy")
    value = "last" if inputs.settings.value == "last" or scores["level"].isna().any() else "level"
    whole = inputs.world("accuracy", value)
    known = whole.levels["n"].gt(0) & whole.levels["variance"].gt(0)
    cells = np.flatnonzero(known)
    if len(cells) < 2:  # noqa: PLR2004 - one has no rival
        raise SpecError(
            "Fewer than two configurations have runs that say how far seeds lie apart: run more "
            "seeds (tune-grid plan says how many)."
        )
    world = whole.pick(cells)
    found = rank_cells(world, _in_set(world, inputs.settings.alpha), delta=inputs.settings.delta)
    found = found.sort_values("mean", ascending=False, kind="stable", ignore_index=True)
    table = with_columns(found, inputs)
    table.attrs["said"] = _said(inputs, world, cells, found)
    own = {name for one in inputs.configurations for name in one.columns}
    table.attrs["hidden"] = [name for name in table if name not in {*own, *_SHOWN}]
    table.attrs |= {"left_out": list(inputs.left_out), "digits": 4}
    return in_notebook(table)


def _in_set(world: World, alpha: float) -> list[bool]:
    """Say of each cell whether it can be the best."""
    count = len(world.levels)
    found = []
    for cell in range(count):
        rivals = np.delete(np.eye(count), cell, axis=0)
        system = System(np.eye(count)[cell] - rivals, np.zeros(count - 1))
        interval = slack_interval([[system]], world.levels, alpha, draws=_DRAWS)
        found.append(interval.high >= 0)
    return found


def _said(inputs: Inputs, world: World, cells: np.ndarray, found: pd.DataFrame) -> list[str]:
    many = int(found["in_set"].sum())
    gain = float((found["p_wins"] * found["optimism"].fillna(0)).sum())
    said = [
        f"{many} of {len(found)} configurations can be the best (error {inputs.settings.alpha:g}).",
        f"The best of {len(found)} single runs lies {gain:.4f} above its own mean, on average.",
    ]
    published = inputs.published["published"].to_numpy(float)[cells]
    both = ~np.isnan(published)
    if both.sum() > 2 and len(set(published[both])) > 1:  # noqa: PLR2004 - two have one order
        ours = world.lasts["mean"].to_numpy(float)[both]
        fresh = fresh_studies(world, 1_000, shrink=True)[:, both]
        ceiling = np.quantile([kendall_tau(one, ours) for one in fresh], (0.05, 0.5, 0.95))
        tau = kendall_tau(published[both], ours)
        said.append(
            f"Published order against our means: Kendall's τ = {tau:.2f}; fresh studies of this "
            f"kind would give {ceiling[1]:.2f} ({ceiling[0]:.2f} to {ceiling[2]:.2f})."
        )
    return said
