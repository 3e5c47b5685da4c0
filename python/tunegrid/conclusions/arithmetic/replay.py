"""Studies run again in the computer: how often a claim would have been made, and who would win.

Parameters are drawn from what our runs say of them, and fresh studies from the parameters: one run
of each configuration, its last epoch.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .slack import drawn_variances
from .variance import CELL, seed_variance, swing_variance

#: From how many cells of an experiment on their means are shrunk towards each other.
_EXCHANGEABLE = 8
#: From how many swings on they are drawn, and no normal numbers.
_SWINGS = 100
_GRID = 41
_PIECE = 10**7


@dataclass(frozen=True)
class Share:
    """The share of fresh studies in which something is so, with the ends of what is known of it."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class World:
    """What is needed to run studies again, cell by cell.

    Attributes:
        levels: a row a cell, from `seed_variance` by level, or by last where there is none.
        lasts: the same by last.
        swings: by variance group, the standardised swings of its runs.
        swing_variance: by variance group.
        drift: by variance group, the mean of last - level.
        window: by variance group, the mean width W.
        swing_less: whether swings are in `levels` already, as those are of last epochs.
    """

    levels: pd.DataFrame
    lasts: pd.DataFrame
    swings: dict[str, np.ndarray]
    swing_variance: dict[str, float]
    drift: dict[str, float]
    window: dict[str, float]
    swing_less: bool

    @property
    def known(self) -> pd.Series:
        """Which cells can be run again: those with runs, of which it is known how far seeds lie."""
        apart = self.levels["variance"].gt(0) & self.lasts["variance"].gt(0)
        return self.levels["n"].gt(0) & apart

    def pick(self, cells: Sequence[int]) -> "World":
        """Give the world of these cells only."""
        levels, lasts = (table.iloc[list(cells)] for table in (self.levels, self.lasts))
        more = (self.swings, self.swing_variance, self.drift, self.window, self.swing_less)
        return World(levels, lasts, *more)


def world_of(
    scores: pd.DataFrame,
    value: str = "level",
    variances: Callable[[str], pd.DataFrame] | None = None,
) -> World:
    """Estimate what is needed to run studies again.

    Args:
        scores: from `score_frame`, with `group`.
        value: what levels are: `level`, or `last` where the epochs hold another measure.
        variances: what gives `seed_variance` of the cells by level or last; that of the cells of
            scores by default.
    """
    variances = variances or functools.partial(seed_variance, scores)
    groups = list(dict.fromkeys(scores["group"]))
    swings, spread = {}, swing_variance(scores)
    for group, own in scores.groupby("group", sort=False):
        parts = [one for one in own["swings"] if len(one)]
        drawn = np.concatenate(parts) if parts else np.empty(0)
        swings[group] = drawn / drawn.std() if len(drawn) and drawn.std() > 0 else np.empty(0)
    moved = (scores["last"] - scores["level"]).groupby(scores["group"]).mean()
    width = scores["window"].groupby(scores["group"]).mean()
    is_last = value == "last"
    return World(
        levels=variances(value),
        lasts=variances("last"),
        swings=swings,
        swing_variance={group: float(spread.get(group, math.nan)) for group in groups},
        drift={group: 0.0 if is_last else _number(moved.get(group)) for group in groups},
        window={group: _number(width.get(group), 1.0) for group in groups},
        swing_less=is_last,
    )


def _number(value: object, default: float = 0.0) -> float:
    return default if value is None or math.isnan(value) else float(value)


def draw_means(
    levels: pd.DataFrame,
    *,
    draws: int = 1_000,
    free: Sequence[int] = (),
    shrink: bool = True,
    rng: np.random.Generator | None = None,
) -> np.ndarray:
    """Draw the expected levels of cells from what their runs say.

    Cells of an experiment with at least 8 of them are normal around its mean, with a uniform
    shrinkage B (Strawderman 1971, Daniels 1999), drawn on a grid (Gelman et al., BDA3, ch. 5).

    Args:
        levels: from `seed_variance`, cells with runs and a variance.
        draws: how many.
        free: positions of cells that are not shrunk, and do not shrink the others: those that a
            ranking names, which are not exchangeable with the rest.
        shrink: whether any are.
        rng: default: `numpy.random.default_rng(1)`.

    Returns:
        Shape (draws, cells).
    """
    rng = rng or np.random.default_rng(1)
    means = levels["mean"].to_numpy(float)
    variances = drawn_variances(levels, draws, rng) / levels["n"].to_numpy(float)
    drawn = means + np.sqrt(variances) * rng.standard_normal((draws, len(levels)))
    if not shrink:
        return drawn
    experiments = (levels["experiment"] + ": " + levels["group"]).to_numpy(object)
    for experiment in dict.fromkeys(experiments):
        own = np.flatnonzero(experiments == experiment)
        own = own[~np.isin(own, free)]
        if len(own) >= _EXCHANGEABLE:
            drawn[:, own] = _shrunk(means[own], variances[:, own], rng)
    return drawn


def _shrunk(means: np.ndarray, variances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw means that are normal around a common one; shape (draws, cells)."""
    grid = (np.arange(_GRID) + 0.5) / _GRID
    typical = 1 / (1 / variances).mean(axis=1)
    between = typical[:, None] * (1 / grid - 1)
    weights = 1 / (variances[:, None, :] + between[..., None])
    total = weights.sum(axis=-1)
    centre = (weights * means).sum(axis=-1) / total
    deviations = weights * (means - centre[..., None]) ** 2
    logs = -np.log(total) / 2 + (np.log(weights) - deviations).sum(axis=-1) / 2
    chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    picked = (chances.cumsum(axis=1) < rng.random((len(chances), 1))).sum(axis=1)
    picked = np.minimum(picked, _GRID - 1)
    lines = np.arange(len(chances))
    mean = centre[lines, picked] + rng.standard_normal(len(lines)) / np.sqrt(total[lines, picked])
    pull = variances * weights[lines, picked]
    middle = pull * mean[:, None] + (1 - pull) * means
    return middle + np.sqrt((1 - pull) * variances) * rng.standard_normal(variances.shape)


def draw_spread(world: World, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the standard deviations of fresh runs' last epochs; shape (draws, cells).

    Where the variance of last epochs is known by the spread of an experiment only, it is that of
    levels with the swings' own added.
    """
    lasts = drawn_variances(world.lasts, draws, rng)
    by_spread = world.lasts["source"].eq("spread").to_numpy(bool)
    if by_spread.any() and not world.swing_less:
        groups = world.levels["group"].to_numpy(object)
        levels = drawn_variances(world.levels, draws, rng)
        more = np.array([world.swing_variance[one] * (1 - 1 / world.window[one]) for one in groups])
        lasts = np.where(by_spread & ~np.isnan(more), levels + np.nan_to_num(more), lasts)
    return np.sqrt(lasts)


def draw_noise(world: World, replays: int, rng: np.random.Generator) -> np.ndarray:
    """Draw standardised deviations of last epochs, from the swings where there are enough.

    Returns:
        Shape (replays, cells).
    """
    noise = rng.standard_normal((replays, len(world.levels)))
    groups = world.levels["group"].to_numpy(object)
    for group in dict.fromkeys(groups):
        swings, own = world.swings.get(group, np.empty(0)), groups == group
        if len(swings) >= _SWINGS:
            noise[:, own] = rng.choice(swings, (replays, own.sum()))
    return noise


def replay_share(
    holds: Callable[[np.ndarray], np.ndarray],
    world: World,
    *,
    alpha: float = 0.05,
    free: Sequence[int] = (),
    cells: Sequence[int] | None = None,
    line: tuple[np.ndarray, float] | None = None,
    draws: int = 1_000,
    replays: int = 400,
    seed: int = 1,
) -> Share:
    """Give the share of fresh studies in which a claim holds.

    Args:
        holds: from scores of shape (..., cells) to truth values of shape (...).
        world: of the cells of the claim's experiments, each with runs and a variance: they say
            where their means lie.
        alpha: low and high are the alpha and 1 - alpha quantiles of the share over the draws.
        free: positions in the world of the cells that a ranking names.
        cells: positions in the world of the claim's cells, whose scores `holds` gets; all of them
            by default.
        line: the claim as a single inequality, row and bound: then `holds` is not asked, and it
            goes faster.
        draws: of the parameters.
        replays: of the study, for each draw; the same noise for all draws.
        seed: of `numpy.random.default_rng`.
    """
    rng = np.random.default_rng(seed)
    own = np.arange(len(world.levels)) if cells is None else np.asarray(cells, int)
    means = draw_means(world.levels, draws=draws, free=free, rng=rng)[:, own]
    world = world.pick(own)
    means += np.array([world.drift[one] for one in world.levels["group"]])
    spread = draw_spread(world, draws, rng)
    noise = draw_noise(world, replays, rng)
    if line is not None:
        row, bound = line
        shares = ((means @ row)[:, None] + (spread * row) @ noise.T > bound).mean(axis=1)
        return _share(shares, alpha)
    # cell by cell in memory, as claims ask for whole cells
    means, spread, noise = (one.T.astype(np.float32, order="C") for one in (means, spread, noise))
    shares = []
    for piece in np.array_split(np.arange(draws), math.ceil(noise.size * draws / _PIECE)):
        values = means[:, piece, None] + spread[:, piece, None] * noise[:, None, :]
        shares.append(holds(np.moveaxis(values, 0, -1)).mean(axis=-1))
    return _share(np.concatenate(shares), alpha)


def _share(shares: np.ndarray, alpha: float) -> Share:
    low, high = np.quantile(shares, (alpha, 1 - alpha))
    return Share(float(shares.mean()), float(low), float(high))


def again_verdict(found: Share, source: str, bounds: tuple[float, float]) -> str:
    """Say whether the study, run again, would have said so.

    Args:
        found: from `replay_share`.
        source: of the variance of last epochs: by `spread` alone nothing is judged.
        bounds: of the share.
    """
    low, high = bounds
    if source == "spread":
        return "undecided"
    if found.low >= high:
        return "holds"
    if found.high <= low:
        return "fails"
    return "depends on the seed" if found.low > low and found.high < high else "undecided"


def fresh_studies(
    world: World, replays: int = 10_000, *, shrink: bool = False, seed: int = 1
) -> np.ndarray:
    """Run a study again, each time with parameters of its own; shape (replays, cells)."""
    rng = np.random.default_rng(seed)
    groups = world.levels["group"].to_numpy(object)
    means = draw_means(world.levels, draws=replays, shrink=shrink, rng=rng)
    means += np.array([world.drift[one] for one in groups])
    return means + draw_spread(world, replays, rng) * draw_noise(world, replays, rng)


def rank_cells(
    world: World,
    in_set: Sequence[bool],
    *,
    delta: float = 0.005,
    sign: float = 1.0,
    draws: int = 10_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Say how sure it is which cell is the best.

    Args:
        world: of the cells among which the best is sought, each with runs and a variance.
        in_set: whether a cell can be the best (section "the best of k": its claim does not fail).
        delta: the largest difference that does not matter.
        sign: -1 for losses, of which the lowest is the best.
        draws: of parameters, and of fresh studies.
        seed: of `numpy.random.default_rng`.

    Returns:
        experiment, configuration, n, mean, shrunk (the mean of the drawn means), low, high (their
        5 and 95 % points), in_set, p_best, p_within_delta (of the best), p_wins (a fresh study) and
        optimism: how far the winner's number lies above its own mean, on average over the replays
        that the cell wins.
    """
    rng = np.random.default_rng(seed)
    shrunk = draw_means(world.levels, draws=draws, rng=rng)
    groups = world.levels["group"].to_numpy(object)
    moved = sign * np.array([world.drift[one] for one in groups])
    spread = draw_spread(world, draws, rng)
    fresh = sign * shrunk + moved + spread * draw_noise(world, draws, rng)
    means = sign * shrunk
    best = means.max(axis=1, keepdims=True)
    winner = fresh.argmax(axis=1)
    lines = np.arange(draws)
    gain = fresh[lines, winner] - (sign * shrunk + moved)[lines, winner]
    wins = np.bincount(winner, minlength=len(groups))
    with np.errstate(invalid="ignore"):
        optimism = np.bincount(winner, gain, minlength=len(groups)) / wins
    table = world.levels[[*CELL, "n", "mean"]].reset_index(drop=True)
    return table.assign(
        shrunk=shrunk.mean(axis=0),
        low=np.quantile(shrunk, 0.05, axis=0),
        high=np.quantile(shrunk, 0.95, axis=0),
        in_set=list(in_set),
        p_best=(means == best).mean(axis=0),
        p_within_delta=(means > best - delta).mean(axis=0),
        p_wins=wins / draws,
        optimism=optimism,
    )
