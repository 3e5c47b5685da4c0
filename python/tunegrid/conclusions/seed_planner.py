"""What the next hour should be spent on: how many seeds would decide which claim and which cell."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..knitr.notebook import in_notebook
from ..machine.processor import cores, processor
from ..plan.plans import plan
from ..running.order import relative_cost
from ..store.store import Store
from ..study.claims import Claim, Untestable
from ..study.study import Study
from .arithmetic.cells import compare_cells
from .arithmetic.quantiles import normal_isf, t_isf
from .arithmetic.systems import System, claim_system
from .arithmetic.variance import LEAST_OWN, seed_variance
from .comparison import scored
from .inputs import Inputs, read_inputs
from .judging import can_be_judged, cells_of, judge_average, pick_claims, verdict
from .looks import DECIDED, alpha_now, is_decided, last_looks

_MOST_SEEDS = 100_000
_COLUMNS = ["claim", "verdict", "runs", "further_runs", "seconds", "hours", "seeds", "why"]


@dataclass(frozen=True)
class Costs:
    """What a run of each cell takes.

    Attributes:
        seconds: of one worker, shape (cells,).
        note: where the figures are from.
    """

    seconds: np.ndarray
    note: str


@dataclass(frozen=True)
class Projection:
    """What a claim would take to be decided, if its means stayed as they are.

    Attributes:
        seconds: of further training; `inf` where its means lie on the boundary.
        counts: how many runs each cell would have, shape (cells,).
        row: the inequality that is decided last, shape (cells,).
    """

    seconds: float
    counts: np.ndarray
    row: np.ndarray


def plan_seeds(
    study: str | Path | Study,
    *,
    claims: str | Sequence[str] | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Say how many further seeds would decide each claim.

    Seeds of a cell c of a claim's weakest inequality, as Neyman's allocation (1934) has it, if the
    means stayed as they are: |A_c| √(v_c / seconds_c) Σ |A_c| √(v_c seconds_c) (q / L)², and no
    fewer than it has; q is the normal quantile of the claim's alpha, shared over the inequalities
    where it misses.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        claims: ids; all by default.
        protocol: default: the study's own default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row a claim, those first that are soonest decided: claim, verdict, runs (that it has),
        further_runs, seconds (of their training; NA where no number of seeds decides it), hours
        (here, with all cores), seeds (the most that a cell would have), why. `attrs["cells"]`
        has a row a cell with a published value: experiment, configuration, n, verdict, seeds (with
        which it would have a verdict if its mean stayed, NA for never), why. `attrs["said"]` says
        where the times are from.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    return plan_inputs(read_inputs(study, protocol=protocol, store=store), claims=claims)


def plan_inputs(inputs: Inputs, *, claims: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Do as `plan_seeds` does, with runs that were read before."""
    costs = costs_of(inputs)
    looks = last_looks(inputs.store, inputs.study.id, inputs.protocol)
    rows = [
        _claim_row(inputs, claim, looks.get(claim.id), costs)
        for claim in pick_claims(inputs.study, claims)
    ]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table = table.sort_values("seconds", kind="stable", na_position="last", ignore_index=True)
    kinds = {"seconds": "Float64", "hours": "Float64"}
    table = table.astype(kinds | dict.fromkeys(["runs", "further_runs", "seeds"], "Int64"))
    table.attrs["cells"] = plan_cells(inputs)
    table.attrs["said"] = [costs.note]
    table.attrs |= {"left_out": list(inputs.left_out), "digits": 2, "hidden": ["seconds"]}
    return in_notebook(table)


def _claim_row(
    inputs: Inputs, claim: Claim, look: Mapping[str, object] | None, costs: Costs
) -> dict[str, object]:
    row = {"claim": claim.id, "verdict": "undecided", "further_runs": None, "seconds": math.nan}
    if not can_be_judged(claim):
        why = "no run could tell" if isinstance(claim, Untestable) else "it is about predictions"
        return {**row, "runs": 0, "why": why}
    runs = int(inputs.results["cell"].isin(cells_of(claim, inputs)).sum())
    number, alpha = alpha_now(look, runs, inputs.settings.alpha)
    judged = judge_average(inputs, claim, alpha)
    average = str(look["average"]) if is_decided(look, inputs.settings, claim) else judged.average
    row |= {"runs": runs, "verdict": verdict(average, "")}
    if average in DECIDED:
        return {**row, "further_runs": 0, "seconds": 0.0, "hours": 0.0, "why": "it is decided"}
    found = project(inputs, claim, alpha, costs)
    if found is None:
        return {**row, "why": judged.note or "its means lie on the boundary: no number decides"}
    further = np.maximum(found.counts - counts_of(inputs), 0)
    # What is spent already on other cells than the allocation would choose saves nothing.
    seconds = float((further * costs.seconds).sum()) if math.isfinite(found.seconds) else math.inf
    decided = "first runs, before anything can be told" if judged.interval is None else ""
    return {
        **row,
        "further_runs": int(further.sum()),
        "seconds": seconds,
        "hours": seconds / 3600 / cores(),
        "seeds": int(found.counts[cells_of(claim, inputs)].max()),
        "why": decided or f"if its means stay as they are{f' (look {number})' if number else ''}",
    }


def counts_of(inputs: Inputs) -> np.ndarray:
    """Count the finished runs of each cell."""
    return np.bincount(inputs.results["cell"], minlength=len(inputs.cells))


def project(inputs: Inputs, claim: Claim, alpha: float, costs: Costs) -> Projection | None:
    """Project what a claim takes to be decided; None where nothing can be said.

    A claim whose cells lack runs takes one of each first, and three of each where nothing else
    says how far seeds lie apart.
    """
    met = all(inputs.base.members(where) for where in claim.groups)
    places = claim_system(claim, inputs.rows) if met else None
    if places is None:
        return None
    have = counts_of(inputs)
    cells = cells_of(claim, inputs)
    if (have[cells] == 0).any():
        return _first(have, cells, 1, costs)
    value = judge_average(inputs, claim, alpha).value
    variances = inputs.variances(claim.measure, value)
    if variances["source"].iloc[cells].eq("none").any():
        return _first(have, cells, LEAST_OWN, costs)
    mean, v = variances["mean"].to_numpy(float), variances["variance"].to_numpy(float)
    system, lead, error = _weakest(places, mean, v, have)
    if system is None or not math.isfinite(error):
        return None
    row, inequalities = system
    if lead == 0:
        return Projection(math.inf, have, row)
    q = normal_isf(alpha if lead > 0 else alpha / inequalities)
    used = row != 0
    costly = np.abs(row[used]) * np.sqrt(v[used] * costs.seconds[used])
    counts = have.astype(float)
    ideal = (
        np.abs(row[used]) * np.sqrt(v[used] / costs.seconds[used]) * costly.sum() * (q / lead) ** 2
    )
    counts[used] = np.minimum(np.maximum(np.ceil(ideal), have[used]), _MOST_SEEDS)
    seconds = costly.sum() ** 2 * (q / lead) ** 2 - (costs.seconds[used] * have[used]).sum()
    return Projection(max(0.0, float(seconds)), counts.astype(int), row)


def allocate(
    row: np.ndarray,
    variance: np.ndarray,
    counts: np.ndarray,
    seconds: np.ndarray,
    budget: float,
    cells: Sequence[int] | None = None,
) -> np.ndarray:
    """Spend a budget on the runs that tell most of one inequality for their time.

    Run by run, to the cell with the greatest A² v / (n (n + 1)) / seconds, ties by position, as
    the budget lasts (Chen et al. 2000, "Simulation budget allocation", Discrete Event Dyn. Syst.
    10), and 100 000 at most: a store can say that a run takes no time.

    Args:
        row: the inequality, shape (cells,).
        variance, counts, seconds: of the cells' seeds, how many runs they have, what one takes.
        budget: seconds.
        cells: positions that may get runs; all that the inequality uses by default.

    Returns:
        How many runs each cell has then, shape (cells,).
    """
    counts = counts.copy()
    own = np.flatnonzero(row) if cells is None else np.asarray(cells, int)
    for _ in range(_MOST_SEEDS):
        n = counts[own]
        gains = row[own] ** 2 * variance[own] / (n * (n + 1)) / seconds[own]
        fits = (seconds[own] <= budget) & (seconds[own] > 0)
        if not fits.any():
            break
        best = own[int(np.argmax(np.where(fits, gains, -np.inf)))]
        counts[best] += 1
        budget -= float(seconds[best])
    return counts


def _first(have: np.ndarray, cells: np.ndarray, least: int, costs: Costs) -> Projection:
    """Give cells so many runs at least, before anything can be projected."""
    counts = have.copy()
    counts[cells] = np.maximum(counts[cells], least)
    seconds = float((costs.seconds * (counts - have)).sum())
    return Projection(seconds, counts, np.zeros(len(have)))


def _weakest(
    places: Sequence[Sequence[System]], mean: np.ndarray, v: np.ndarray, n: np.ndarray
) -> tuple[tuple[np.ndarray, int] | None, float, float]:
    """Give the inequality with the least lead in standard errors: of each place its best system."""
    found = []
    for place in places:
        best = max(place, key=lambda one: float(one.slack(np.nan_to_num(mean))))
        used = best.used
        matrix = best.a_matrix[:, used]
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.sqrt(matrix**2 @ (v[used] / n[used]))
        lead = matrix @ mean[used] - best.bound
        if not len(lead) or not np.isfinite(error).all() or not (error > 0).all():
            return None, 0.0, math.nan
        place_row = int(np.argmin(lead / error))
        found.append(
            (lead[place_row] / error[place_row], lead[place_row], error[place_row],
             best.a_matrix[place_row], len(lead))
        )  # fmt: skip
    _, lead, error, row, inequalities = min(found, key=lambda one: one[0])
    return (row, inequalities), float(lead), float(error)


def costs_of(inputs: Inputs) -> Costs:
    """Say what a run of each cell takes on this machine.

    A cell's own runs, where they were made on this kind of processor; else those of others, scaled
    by runs that were made here; else a guess from the sizes of the models, scaled to the runs that
    there are.
    """
    guesses = np.array(
        [relative_cost(one.spec) for one in plan(inputs.configurations)], dtype=float
    )
    runs = inputs.results[["cell", "key", "seconds"]].astype({"seconds": float})
    if runs.empty:
        return Costs(
            guesses / guesses.mean() * 60.0, "No run was timed yet: a run counts as a minute."
        )
    made_by = _processors(inputs, runs["key"].tolist())
    here = runs["key"].map(made_by).eq(processor())
    rate = runs["seconds"] / guesses[runs["cell"]]
    note = f"Times are those of the store's own runs, on {processor()}."
    factor = 1.0
    if not here.any():
        others = ", ".join(sorted(set(made_by.values())))
        note = (
            f"Times are those of runs on {others}: none was made on this machine ({processor()})."
        )
    elif not here.all():
        factor = float(rate[here].median() / rate[~here].median())
        note = (
            f"Times of runs on other processors are scaled by {factor:.2f}, as the {here.sum()} "
            f"runs that were made here tell."
        )
    seconds = (
        runs["seconds"].where(here, runs["seconds"] * factor) if here.any() else runs["seconds"]
    )
    means = seconds.groupby(runs["cell"]).mean().reindex(range(len(guesses)))
    scale = float((seconds / guesses[runs["cell"]]).median())
    return Costs(means.fillna(pd.Series(guesses * scale)).to_numpy(float), note)


def _processors(inputs: Inputs, keys: Sequence[str]) -> dict[str, str]:
    query = """
        SELECT run.key,
          coalesce(json_extract(environment.description, '$.processor'), 'unknown') AS processor
        FROM run JOIN environment ON environment.id = run.environment
        WHERE run.key IN (SELECT value FROM json_each(:keys))"""
    with Store(inputs.store) as opened:
        return dict(map(tuple, opened.rows(query, {"keys": json.dumps(list(keys))})))


def plan_cells(inputs: Inputs) -> pd.DataFrame:
    """Say with how many seeds each published value would have a verdict, if our mean stayed."""
    compared = compare_cells(
        scored(inputs, "reported"), inputs.published, inputs.settings, inputs.cells
    )
    compared["unit"] = inputs.published["unit"]
    compared = compared[compared["published"].notna()]
    variances = seed_variance(scored(inputs, "reported"), "last", inputs.cells)
    v = variances["variance"].reindex(compared.index).to_numpy(float)
    rows = [
        _cell_row(row, spread, inputs)
        for row, spread in zip(compared.to_dict("records"), v, strict=True)
    ]
    names = ["experiment", "configuration", "n", "verdict", "seeds", "why"]
    return pd.DataFrame(rows, columns=names).astype({"n": "Int64", "seeds": "Int64"})


def _cell_row(row: Mapping[str, object], v: float, inputs: Inputs) -> dict[str, object]:
    settings = inputs.settings
    found = {name: row[name] for name in ("experiment", "configuration", "n", "verdict")}
    if row["n"] == 0:
        return {**found, "seeds": None, "why": "no run yet"}
    if row["verdict"].startswith(("replicated", "different")):
        return {**found, "seeds": row["n"], "why": "it is decided"}
    if not v > 0:
        return {**found, "seeds": None, "why": "nothing says how far seeds lie apart"}
    counts = np.unique(np.geomspace(1, _MOST_SEEDS, 400).astype(int))
    counts = counts[counts > row["n"]]
    gap = row["difference_beyond"] if settings.offset == "dataset" else row["difference"]
    error = np.sqrt(v * (1 + 1 / counts))
    wide, narrow = (t_isf(a, row["df"]) * error for a in (settings.alpha / 2, settings.alpha))
    gap, half = abs(gap), row["unit"] / 2
    apart = (gap - half > wide) & (gap > settings.delta)
    decided = apart | (gap + half + narrow < settings.delta)
    if not decided.any():
        return {**found, "seeds": None, "why": "never: one published run is not known so well"}
    return {**found, "seeds": int(counts[decided.argmax()]), "why": "if our mean stays as it is"}
