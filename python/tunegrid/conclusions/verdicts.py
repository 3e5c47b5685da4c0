"""The verdict on each claim of a study: is it so on average, and would it be said again?"""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..knitr.notebook import in_notebook
from ..results.published import MOST_IN_MATRIX
from ..study.claims import AtLeast, Claim, LargestShareOfErrors, Near, OtherConfusions, Untestable
from ..study.study import Study
from .arithmetic.holds import holds
from .arithmetic.quantiles import holm
from .arithmetic.replay import Share, again_verdict, replay_share, world_of
from .arithmetic.scores import Scores
from .arithmetic.systems import claim_system, single_line
from .arithmetic.variance import seed_variance
from .fixed import first_claim
from .inputs import Inputs, read_inputs
from .judging import (
    Judged,
    cells_of,
    judge_average,
    named_cells,
    pick_claims,
    published_answer,
    verdict,
)
from .looks import alpha_now, is_decided, last_looks
from .sentences import sentence

#: Resamplings of whole runs, for claims on confusion matrices.
_OUTER, _INNER, _LEAST_RUNS = 200, 100, 5

COLUMNS = [
    "id", "text", "source", "average", "slack", "slack_low", "slack_high", "again", "share",
    "share_low", "share_high", "verdict", "published", "value", "variance_source", "cells", "runs",
    "seeds_least", "failed", "look", "alpha", "delta", "p", "p_holm", "fixed", "setting", "note",
]  # fmt: skip


def check_claims(
    study: str | Path | Study,
    *,
    claims: str | Sequence[str] | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> pd.DataFrame:
    """Say which claims of a study survive, by the runs of a store.

    Two questions are kept apart. Is it so on average, over seeds and a run's last epochs
    (`average`: holds, fails, tie, undecided, too few runs, not defined)? And would the study, run
    again with one run each, have said so (`again`: holds, fails, depends on the seed, undecided)?

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        claims: ids; all by default.
        protocol: default: the study's own default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, whose labels claims on confusions need.

    Returns:
        A row a claim: id, text, source; average with slack (by how much it holds, in the claim's
        measure; negative where it misses), slack_low, slack_high (the truth lies below, or above,
        with probability alpha at most, each); again with share (of fresh studies in which it
        holds), share_low, share_high; verdict (survives, does not survive, no difference that
        matters, not shown by one run each, undecided); published (holds or fails on the printed
        numbers); value (level or last), variance_source, cells, runs, seeds_least (the fewest in a
        cell), failed (runs), look, alpha, delta, p and p_holm (over the study's claims; they
        decide nothing), fixed (`before` the runs, or `changed`: then there are two rows, setting
        `first` and `now`), and note. `attrs["said"]` has a sentence for each row.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    inputs = read_inputs(study, protocol=protocol, store=store)
    return check_inputs(inputs, claims=claims, data_dir=data_dir)


def check_inputs(
    inputs: Inputs,
    *,
    claims: str | Sequence[str] | None = None,
    data_dir: str | Path | None = None,
) -> pd.DataFrame:
    """Do as `check_claims` does, with runs that were read before."""
    chosen = pick_claims(inputs.study, claims)
    looks = last_looks(inputs.store, inputs.study.id, inputs.protocol)
    rows = []
    for claim in chosen:
        judge = _Judge(inputs, looks, data_dir)
        found = judge.row(claim)
        first = first_claim(inputs, claim)
        if first is None or not found["runs"]:
            rows.append({**found, "fixed": "before" if found["runs"] else "", "setting": ""})
            continue
        if first.claim is not None:
            then = _Judge(first.inputs, looks, data_dir).row(first.claim)
            rows.append({**then, "fixed": "changed", "setting": "first"})
        rows.append({**found, "fixed": "changed", "setting": "now"})
    table = pd.DataFrame(rows, columns=COLUMNS)
    # Holm 1979, over the claims; one that has a row for each setting counts once
    table["p_holm"] = holm(table["p"].astype(float).where(table["setting"].ne("first")))
    table = table.astype(dict.fromkeys(_FLOATS, "Float64") | dict.fromkeys(_COUNTS, "Int64"))
    table.attrs["said"] = [sentence(row) for row in table.to_dict("records")]
    table.attrs |= {"left_out": list(inputs.left_out), "digits": 4}
    table.attrs["hidden"] = hidden(table, _SHOWN)
    return in_notebook(table)


#: The columns that are printed for people; the others are there.
_SHOWN = ("id", "verdict", "slack", "slack_low", "slack_high", "share", "runs", "setting")

_FLOATS = (
    "slack", "slack_low", "slack_high", "share", "share_low", "share_high", "alpha", "delta", "p",
    "p_holm",
)  # fmt: skip
_COUNTS = ("cells", "runs", "seeds_least", "failed", "look")


def hidden(table: pd.DataFrame, shown: Sequence[str]) -> list[str]:
    """Name the columns that are not printed: all but some, and `setting` where it says nothing."""
    says = table["setting"].ne("").any() if "setting" in table else False
    return [name for name in table if name not in shown or (name == "setting" and not says)]


class _Judge:
    """Judges claims by one setting."""

    def __init__(
        self, inputs: Inputs, looks: Mapping[str, Mapping[str, object]], data_dir: str | Path | None
    ) -> None:
        self._inputs = inputs
        self._looks = looks
        self._data_dir = data_dir

    def row(self, claim: Claim) -> dict[str, object]:
        """Give a claim's row."""
        inputs, settings = self._inputs, self._inputs.settings
        cells = cells_of(claim, inputs)
        runs = inputs.results[inputs.results["cell"].isin(cells)]
        number, alpha = alpha_now(self._looks.get(claim.id), len(runs), settings.alpha)
        look = self._looks.get(claim.id)
        stays = is_decided(look, settings, claim)
        if stays:
            number, alpha = int(look["number"]), float(look["alpha"])
        judged, share, again = self._judge(claim, alpha)
        if stays:  # later data stand beside
            judged = dataclasses.replace(judged, average=str(look["average"]))
        found = judged.interval
        seeds = runs.groupby("cell").size().reindex(cells, fill_value=0)
        failed, diverged = (int(inputs.cells[name].iloc[cells].sum()) for name in _FAILED)
        notes = [judged.note, *self._notes(claim, cells, diverged)]
        return {
            "id": claim.id,
            "text": claim.text,
            "source": claim.source,
            "average": judged.average,
            "slack": found and found.slack,
            "slack_low": found and found.low,
            "slack_high": found and found.high,
            "p": found and found.p,
            "again": again,
            "share": share and share.share,
            "share_low": share and share.low,
            "share_high": share and share.high,
            "verdict": verdict(judged.average, again),
            "published": published_answer(claim, inputs),
            "value": judged.value,
            "variance_source": judged.source,
            "cells": len(cells),
            "runs": len(runs),
            "seeds_least": int(seeds.min()) if len(seeds) else 0,
            "failed": failed,
            "look": number,
            "alpha": alpha,
            "delta": settings.delta,
            "note": "; ".join(filter(None, notes)),
        }

    def _judge(self, claim: Claim, alpha: float) -> tuple[Judged, Share | None, str]:
        inputs = self._inputs
        if isinstance(claim, Untestable):
            return Judged("", np.empty(0, int), "not defined", note=claim.why), None, ""
        if isinstance(claim, OtherConfusions):
            share, again = self._resampled(claim, alpha)
            return Judged("last", cells_of(claim, inputs), "not defined"), share, again
        scores = None
        if isinstance(claim, LargestShareOfErrors):
            scores = self._shares_of_errors(claim)
            if scores is None:
                note = (
                    f"the labels of the data set are not on this machine, of more than "
                    f"{MOST_IN_MATRIX} classes, or not of those that it names"
                )
                return Judged("last", cells_of(claim, inputs), "too few runs", note=note), None, ""
        judged = judge_average(inputs, claim, alpha, scores)
        if judged.interval is None or not len(judged.cells):
            return judged, None, ""
        share, again = self._again(claim, judged, alpha, scores)
        return judged, share, again

    def _again(
        self, claim: Claim, judged: Judged, alpha: float, scores: pd.DataFrame | None
    ) -> tuple[Share | None, str]:
        inputs = self._inputs
        if scores is None:
            world = inputs.world(claim.measure, judged.value)
        else:
            known = functools.partial(seed_variance, scores, cells=inputs.cells)
            world = world_of(scores, judged.value, known)
        beside = inputs.cells["experiment"].isin(inputs.cells["experiment"].iloc[judged.cells])
        place = {cell: number for number, cell in enumerate(np.flatnonzero(beside & world.known))}
        if not set(judged.cells) <= set(place):
            return None, "undecided"
        world = world.pick(list(place))
        rows = [inputs.rows[cell] for cell in judged.cells]
        base = Scores(rows, np.zeros(len(rows)))
        own = [place[cell] for cell in judged.cells]
        share = replay_share(
            _replayed(claim, base),
            world,
            alpha=alpha,
            free=[own[cell] for cell in named_cells(claim, base)],
            cells=own,
            line=single_line(claim_system(claim, rows)),
        )
        sources = set(world.lasts["source"].iloc[own])
        source = "spread" if "spread" in sources else min(sources)
        return share, again_verdict(share, source, inputs.settings.again)

    def _shares_of_errors(self, claim: LargestShareOfErrors) -> pd.DataFrame | None:
        """Give each run's share of errors on the claim's classes in place of its score."""
        inputs = self._inputs
        cells = cells_of(claim, inputs)
        matrices = inputs.confusions(cells, self._data_dir)
        scores = inputs.scores("accuracy")
        scores = scores[scores["cell"].isin(cells)]
        if set(scores["cell"]) - set(matrices):
            return None
        if any(max(claim.classes) >= one.shape[-1] for one in matrices.values()):
            return None
        shares = [
            share
            for cell in dict.fromkeys(scores["cell"])
            for share in _shares(matrices[cell], claim.classes)
        ]
        none = [np.empty(0)] * len(scores)
        return scores.assign(last=shares, level=math.nan, swings=none)

    def _resampled(self, claim: OtherConfusions, alpha: float) -> tuple[Share | None, str]:
        """Run the study again out of whole runs, drawn with replacement within each cell."""
        inputs = self._inputs
        cells = cells_of(claim, inputs)
        matrices = inputs.confusions(cells, self._data_dir)
        classes = {one.shape[-1] for one in matrices.values()}
        if set(cells) - set(matrices) or len(classes) != 1:
            return None, "undecided"
        rows, rng, shares = [inputs.rows[cell] for cell in cells], np.random.default_rng(1), []
        for _ in range(_OUTER):
            kept = [_again(matrices[cell], len(matrices[cell]), rng) for cell in cells]
            fresh = np.stack([_again(one, _INNER, rng) for one in kept], axis=1)
            scores = Scores(rows, np.zeros(fresh.shape[:2]), fresh)
            shares.append(holds(claim, scores).mean())
        low, high = np.quantile(shares, (alpha, 1 - alpha))
        share = Share(float(np.mean(shares)), float(low), float(high))
        enough = min(len(one) for one in matrices.values()) >= _LEAST_RUNS
        source = "own" if enough else "spread"
        return share, again_verdict(share, source, inputs.settings.again)

    def _notes(self, claim: Claim, cells: np.ndarray, diverged: int) -> Iterator[str]:
        inputs = self._inputs
        if diverged:
            yield f"{diverged} runs diverged: what is missing did not go missing by chance"
        datasets = set(inputs.cells["dataset"].iloc[cells])
        shifted = isinstance(claim, (AtLeast, Near)) or len(datasets) > 1
        if inputs.settings.offset == "dataset" and shifted:
            yield "published values may share a shift, of which this claim is not free"


_FAILED = ("failed", "diverged")


def _shares(matrices: np.ndarray, classes: Sequence[int]) -> np.ndarray:
    """Give the share of errors on images of some classes, for matrices of runs."""
    errors = (matrices * ~np.eye(matrices.shape[-1], dtype=bool)).sum(axis=-1)
    return errors[:, list(classes)].sum(axis=-1) / errors.sum(axis=-1)


def _again(runs: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    return runs[rng.integers(len(runs), size=count)]


def _replayed(claim: Claim, base: Scores) -> Callable[[np.ndarray], np.ndarray]:
    """Give what says of scores whether the claim holds; a share of errors is its own score."""
    if isinstance(claim, LargestShareOfErrors):
        return lambda values: values.mean(axis=-1) > 0.5  # noqa: PLR2004 - more than half
    return lambda values: holds(claim, base.with_values(values))
