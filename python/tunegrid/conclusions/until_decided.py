"""Seeds where they decide: train, look, and train on, until nothing more can be decided.

What is trained next is a function of the store as it was at the last look, and of the budget: a
command that was killed goes on with the same runs and the same looks.
"""

import dataclasses
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..plan.plans import UNKNOWN, PlannedRun, spec_of
from ..running.driver import check_executor, run_planned
from ..running.images import found_digests
from ..running.in_notebook import progress_here
from ..running.progress import Progress
from ..store.looks import add_looks, looks_of
from ..store.store import Store
from ..study.claims import Claim
from ..study.study import Study, load_study
from .decided import DecidedSummary, read_budget, spoken
from .inputs import Inputs, read_inputs
from .judging import can_be_judged, cells_of, judge_average, pick_claims
from .looks import is_decided, last_looks, look_alpha, settings_digest
from .seed_planner import Costs, allocate, costs_of, counts_of, project

#: The slices of the budget, with a look after each.
SLICES = 4
#: The engine, backend and device of the runs that are made and judged.
_KIND = ("tensorflow", "tensorflow", "cpu")
#: How much of what a claim is projected to take it may get within a slice.
_GENEROUS = 1.5


def run_until_decided(
    study: str | Path | Study,
    *,
    budget: str | float = "1h",
    claims: str | Sequence[str] | None = None,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    workers: int | None = None,
    executor: str = "local",
    ray_address: str | None = None,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> DecidedSummary:
    """Train the runs that decide a study's claims, until all are decided or the budget is spent.

    First one run of each configuration that an open claim uses, claims in order of what they lack;
    then a look at every claim. The rest of the budget goes in four slices, to the claims that are
    soonest decided and to the cells that decide them, with a look after each. Each look has a part
    of alpha (see `look_alpha`); a decided claim stays decided.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        budget: how long workers may train, all together, since the first look: seconds, or a text
            as `"20m"` or `"2h"`. A larger one goes on where a smaller one ended.
        claims: ids; all that runs can decide by default.
        experiments, where: train only configurations of these; claims that use others wait.
        protocol: default: the study's own default.
        workers, executor, ray_address, store, data_dir, time_limit, progress: as in `run_grid`.

    Raises:
        SpecError: for what cannot be asked for, and when no claim can be decided by runs.
        DataError, RunError, StoreError, KeyboardInterrupt: as `run_grid` does.
    """
    check_executor(executor, ray_address)
    found, seconds = load_study(study), read_budget(budget)
    course = _Course(
        study=found,
        protocol=found.pick_protocol(protocol),
        claims=[one for one in pick_claims(found, claims) if can_be_judged(one)],
        allowed=_allowed(found, protocol, experiments, where),
        budget=seconds,
        how={
            "workers": workers,
            "executor": executor,
            "ray_address": ray_address,
            "store": store,
            "data_dir": data_dir,
            "time_limit": time_limit,
        },
        progress=progress or progress_here(),
    )
    if not course.claims:
        raise SpecError(f"No claim of {found.id} that is asked for can be decided by runs.")
    return course.run()


def _allowed(
    study: Study,
    protocol: str | None,
    experiments: str | Sequence[str] | None,
    where: str | None,
) -> set[tuple[str, str]]:
    """Name the configurations that may be trained, by experiment and columns."""
    from ..plan.grid import configurations

    asked = {"protocol": protocol, "experiments": experiments, "where": where}
    return {(one.experiment, str(one.columns)) for one in configurations(study, **asked)}


@dataclass
class _Course:
    """One call, from the first run to the last look."""

    study: Study
    protocol: str
    claims: Sequence[Claim]
    allowed: set[tuple[str, str]]
    budget: float
    how: Mapping[str, object]
    progress: Progress
    trained: int = 0
    failed: int = 0

    def run(self) -> DecidedSummary:
        """Train and look until there is a reason to stop."""
        self._begin()
        new, stopped = [], ""
        while not stopped:
            state = self._state()
            if state.number and not state.open:
                stopped = "Every claim that was asked for is decided."
            elif state.number and state.spent_at_look >= self.budget:
                stopped = (
                    f"The budget of {spoken(self.budget)} is spent; a larger one goes on from here."
                )
            else:
                planned = self._next(state)
                if state.number and not planned:
                    stopped = self._nothing(state)
                else:
                    self._train(planned)
                    if state.number and not self._is_new(state):
                        stopped = "No run that was to decide came to its end: see which failed."
                    else:
                        new += self._look(state)
        spent = self._state().spent
        names = ["claim", "number", "alpha", "runs", "average", "slack", "low", "high"]
        with Store(self.how["store"]) as opened:
            folder = opened.folder
        return DecidedSummary(
            self.study.id, self.protocol, folder, pd.DataFrame(new, columns=names), self.trained,
            self.failed, spent, self.budget, stopped,
        )  # fmt: skip

    def _begin(self) -> None:
        """Mark where counting begins: what was trained before costs nothing of the budget."""
        with Store(self.how["store"], write=True) as opened:
            if not looks_of(opened, self.study.id, self.protocol):
                add_looks(
                    opened, [self._row(claim.id, 0, 0.0, 0, "", None) for claim in self.claims]
                )

    def _state(self) -> "_State":
        """Read where the course is: the looks so far, and the runs as they were at the last one."""
        with Store(self.how["store"]) as opened:
            looks = looks_of(opened, self.study.id, self.protocol)
            first = min(str(row["ended"]) for row in looks)
            query = """
                SELECT coalesce(sum(seconds), 0) FROM run WHERE outcome = 'done' AND ended > :first
                AND key IN (SELECT run FROM plan WHERE study = :study AND protocol = :protocol)"""
            asked = {"first": first, "study": self.study.id, "protocol": self.protocol}
            spent = float(opened.rows(query, asked)[0][0])
        number = max(int(row["number"]) for row in looks)
        last = last_looks(self.how["store"], self.study.id, self.protocol)
        settings = self.study.statistics
        ended = max(str(row["ended"]) for row in looks)
        made = [row for row in looks if row["number"]]
        own = min((row["number"] for row in made if row["budget"] == self.budget), default=None)
        before = [float(row["spent"]) for row in made if own is None or row["number"] < own]
        pilot = min((float(row["spent"]) for row in made if row["number"] == 1), default=0.0)
        base = max(before, default=pilot)
        at_look = max(float(row["spent"]) for row in looks)
        still = [one for one in self.claims if not is_decided(last.get(one.id), settings, one)]
        return _State(number, still, ended, spent, at_look, (self.budget - base) / SLICES)

    def _inputs(self) -> Inputs:
        asked = {"protocol": self.protocol, "store": self.how["store"], "kind": _KIND}
        return read_inputs(self.study, **asked)

    def _next(self, state: "_State") -> list[PlannedRun]:
        """Choose the runs of the pilot, or of the next slice, as they were chosen at the look."""
        then = as_of(self._inputs(), state.ended)
        if not state.number:
            return self._planned(then, self._pilot(then, state), state.ended)
        allowed = [cell for cell in range(len(then.cells)) if self._may(then, cell)]
        cheapest = float(costs_of(then).seconds[allowed].min()) if allowed else 0.0
        left = min(max(state.slice, cheapest), self.budget - state.spent_at_look)
        return self._planned(then, self._slice(then, state, left), state.ended)

    def _pilot(self, inputs: Inputs, state: "_State") -> np.ndarray:
        """Give each cell that an open claim uses a run, the cheapest claims first."""
        costs, have = costs_of(inputs), counts_of(inputs)
        counts, left = have.copy(), self.budget
        for claim in sorted(state.open, key=lambda one: self._lacking(inputs, one, costs)):
            cells = cells_of(claim, inputs)
            lacking = [cell for cell in cells if not counts[cell] and self._may(inputs, cell)]
            price = float(costs.seconds[lacking].sum())
            if price <= left:
                counts[lacking] = 1
                left -= price
        return counts

    def _lacking(self, inputs: Inputs, claim: Claim, costs: Costs) -> float:
        cells = cells_of(claim, inputs)
        return float(costs.seconds[cells][counts_of(inputs)[cells] == 0].sum())

    def _slice(self, inputs: Inputs, state: "_State", left: float) -> np.ndarray:
        """Spend a slice: claims in order of what they are projected to take, cell by cell."""
        costs, counts = costs_of(inputs), counts_of(inputs)
        alpha = look_alpha(state.number + 1, inputs.settings.alpha)
        found = [(project(inputs, claim, alpha, costs), claim) for claim in state.open]
        found = [
            one for one in found
            if one[0] is not None and math.isfinite(one[0].seconds)
        ]  # fmt: skip
        for projection, claim in sorted(found, key=lambda one: one[0].seconds):
            row = projection.row
            if not row.any():
                left = self._first(inputs, projection.counts, counts, costs, left)
                continue
            cells = [cell for cell in np.flatnonzero(row) if self._may(inputs, cell)]
            if not cells:
                continue
            variance = _variances(inputs, claim)
            share = max(_GENEROUS * projection.seconds, float(costs.seconds[cells].min()))
            share = min(share, left)
            before = (costs.seconds * counts).sum()
            counts = allocate(row, variance, counts, costs.seconds, share, cells)
            left -= float((costs.seconds * counts).sum() - before)
        return counts

    def _first(
        self, inputs: Inputs, wanted: np.ndarray, counts: np.ndarray, costs: Costs, left: float
    ) -> float:
        """Give cells the runs without which nothing can be projected, those with fewest first."""
        while True:
            lacking = [
                cell
                for cell in np.flatnonzero(counts < wanted)
                if self._may(inputs, cell) and costs.seconds[cell] <= left
            ]
            if not lacking:
                return left
            least = min(lacking, key=lambda cell: (counts[cell], cell))
            counts[least] += 1
            left -= float(costs.seconds[least])

    def _may(self, inputs: Inputs, cell: int) -> bool:
        one = inputs.configurations[cell]
        return (one.experiment, str(one.columns)) in self.allowed

    def _planned(self, inputs: Inputs, counts: np.ndarray, ended: str) -> list[PlannedRun]:
        """Plan more replicates of each cell up to a number, past those that had failed by a time.

        A cell that gets nothing is left alone, whatever replicates it has.
        """
        have = counts_of(inputs)
        how = {"engine": "tensorflow", "backend": "tensorflow", "device": "cpu"}
        digests = found_digests(
            (one.data for one in inputs.configurations),
            store=inputs.store,
            data_dir=self.how["data_dir"],
        )
        there = inputs.results.groupby("cell")["replicate"].agg(set)
        with Store(self.how["store"]) as opened:
            query = "SELECT key FROM run WHERE outcome = 'failed' AND ended <= :ended"
            failed = {row[0] for row in opened.rows(query, {"ended": ended})}
        planned = []
        for cell in np.flatnonzero(counts > have):
            one, known = inputs.configurations[cell], there.get(cell, set())
            specs = (
                spec_of(one, seed=number, digest=digests.get(one.data.name, UNKNOWN), **how)
                for number in itertools.count(1)
                if number not in known
            )
            fresh = (spec for spec in specs if spec.key not in failed)
            more = itertools.islice(fresh, int(counts[cell] - have[cell]))
            planned += [PlannedRun(one, spec.seed, spec) for spec in more]
        return planned

    def _train(self, planned: Sequence[PlannedRun]) -> None:
        if planned:
            done = run_planned(self.study, planned, progress=self.progress, **self.how)
            self.trained += done.done
            self.failed += done.failed

    def _is_new(self, state: "_State") -> bool:
        """Say whether runs have come since the last look."""
        inputs = self._inputs()
        return len(inputs.results) > len(as_of(inputs, state.ended).results)

    def _look(self, state: "_State") -> list[Mapping[str, object]]:
        """Judge every open claim at this look's alpha, and keep what came of it."""
        inputs, number = self._inputs(), state.number + 1
        alpha = look_alpha(number, inputs.settings.alpha)
        spent = self._state().spent
        rows = []
        for claim in state.open:
            judged = judge_average(inputs, claim, alpha)
            runs = int(inputs.results["cell"].isin(cells_of(claim, inputs)).sum())
            rows.append(
                self._row(claim.id, number, alpha, runs, judged.average, judged.interval, spent)
            )
            told = f"Look {number}: {claim.id} {judged.average} by {runs} runs"
            if judged.interval is not None:
                ends = (judged.interval.slack, judged.interval.low, judged.interval.high)
                told += ": slack {:.4f} ({:.4f} to {:.4f})".format(*ends)
            self.progress.notice(f"{told}.")
        with Store(self.how["store"], write=True) as opened:
            add_looks(opened, rows)
        return rows

    def _row(
        self,
        claim: str,
        number: int,
        alpha: float,
        runs: int,
        average: str,
        interval: object,
        spent: float = 0.0,
    ) -> dict[str, object]:
        ends = {"slack": None, "low": None, "high": None}
        if interval is not None:
            ends = {name: _finite(getattr(interval, name)) for name in ends}
        return {
            "study": self.study.id,
            "protocol": self.protocol,
            "claim": claim,
            "number": number,
            "alpha": alpha,
            "runs": runs,
            "settings": settings_digest(self.study.statistics),
            "average": average,
            "spent": spent,
            "budget": self.budget,
            **ends,
        }

    def _nothing(self, state: "_State") -> str:
        names = ", ".join(claim.id for claim in state.open)
        return (
            f"Nothing that may be trained decides more within the budget of {spoken(self.budget)}: "
            f"{names} stay{'s' if len(state.open) == 1 else ''} open."
        )


@dataclass(frozen=True)
class _State:
    """Where a course is.

    Attributes:
        number: of the last look, 0 before the first.
        open: the claims that are not decided.
        ended: when the last look was.
        spent, spent_at_look: seconds of training since the beginning, and at the last look.
        slice: seconds of the next one.
    """

    number: int
    open: Sequence[Claim]
    ended: str
    spent: float
    spent_at_look: float
    slice: float


def as_of(inputs: Inputs, ended: str) -> Inputs:
    """Give the runs that were done at a time."""
    query = """
        SELECT key FROM run WHERE ended <= :ended AND key IN (SELECT value FROM json_each(:keys))"""
    asked = {"ended": ended, "keys": json.dumps(inputs.results["key"].tolist())}
    with Store(inputs.store) as opened:
        known = {row[0] for row in opened.rows(query, asked)}
    kept = inputs.results[inputs.results["key"].isin(known)].reset_index(drop=True)
    return dataclasses.replace(inputs, results=kept)


def _variances(inputs: Inputs, claim: Claim) -> np.ndarray:
    value = judge_average(inputs, claim, inputs.settings.alpha).value
    found = inputs.variances(claim.measure, value or "level")
    return np.nan_to_num(found["variance"].to_numpy(float))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
