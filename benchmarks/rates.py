"""S1, S2 and the estimate of S3: images a second on both cores, tunegrid beside `Model.fit`.

For each configuration in turn: `fit` with all cores, for small ones `fit` with 32 steps in one
call too, then as many single-threaded workers at once as there are cores, in float32 and, where the
processor has it, in bfloat16. What is compared lies seconds apart. What a call costs however few
its images are is taken off everywhere: an epoch is one call.
"""

import dataclasses
import json
import math
import operator
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from work import SMALL, featured, name_of, whole_grid

from tunegrid.errors import RunError
from tunegrid.machine.processor import cores
from tunegrid.plan.plans import PlannedRun
from tunegrid.running.order import relative_cost
from tunegrid.running.process import worker_environment
from tunegrid.train.precision import check_precision

PROBE = Path(__file__).with_name("probe.py")
SECONDS = 1.0  # of training for one figure, at least
ROUNDS = 2  # for the featured configurations
SAMPLE = 4  # of the whole grid, every fourth configuration, the first and the last too
EXECUTION = 32  # steps_per_execution of the second `fit`
TRAIN, TEST = 60_000, 10_000


class Probe:
    """A process that trains on request."""

    def __init__(self, how: str, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROBE), how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
        )

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, do: str, **request: object) -> None:
        """Send a request."""
        print(json.dumps({"do": do, **request}), file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, float]:
        """Wait for the answer."""
        return json.loads(self.process.stdout.readline())


@dataclasses.dataclass(frozen=True)
class Rate:
    """What a side can do with a configuration, with every core at work.

    Attributes:
        train, score: images a second, of all processes together.
        prepare: seconds until a model is traced.
        operations: floating-point operations of one image.
    """

    train: float
    score: float
    prepare: float
    operations: int

    def seconds(self, epochs: int) -> float:
        """Estimate what a run of the whole data set adds to the time of a grid."""
        return epochs * (TRAIN / self.train + TEST / self.score)


class Side:
    """One way to train: processes that do the same at the same time."""

    def __init__(self, probes: Sequence[Probe], *, precision: str = "float32", **more: int) -> None:
        self.probes, self.precision, self.more = probes, precision, more

    def _all(self, do: str, **request: object) -> list[dict[str, float]]:
        for probe in self.probes:
            probe.ask(do, **request)
        return [probe.answer() for probe in self.probes]

    def peak(self) -> float:
        """Measure the matrix product on all cores, 10⁹ operations a second."""
        return sum(one["gflops"] for one in self._all("peak", precision=self.precision))

    def measure(self, run: PlannedRun) -> Rate:
        """Train a little of a run, and score."""
        spec = dataclasses.replace(run.spec, precision=self.precision)
        ready = self._all("prepare", spec=spec.to_json(), **self.more)
        calls = [one["call"] for one in ready]
        few = images = ready[0]["images"]
        slowest = 0.0
        while (slowest < SECONDS or images < 4 * few) and images < TRAIN:
            images = min(2 * images, TRAIN)
            trained = self._all("train", images=images)
            slowest = max(map(operator.sub, _seconds(trained), calls))
        again = self._all("train", images=images)
        times = [min(*both) for both in zip(_seconds(trained), _seconds(again), strict=True)]
        scored = self._all("score", images=TEST)
        return Rate(
            train=sum((images - few) / one for one in map(operator.sub, times, calls)),
            score=sum(TEST / one["seconds"] for one in scored),
            prepare=statistics.fmean(one["seconds"] for one in ready),
            operations=ready[0]["operations"],
        )


def _seconds(answers: Iterable[Mapping[str, float]]) -> list[float]:
    return [one["seconds"] for one in answers]


def measure() -> dict[str, object]:
    """Measure the featured configurations in rounds, and the machine's peak before each."""
    chosen, peaks, rounds = featured(), [], []
    with ExitStack() as stack:
        sides = _sides(stack)
        for _ in range(ROUNDS):
            peaks.append({name: sides[name].peak() for name in sides if "tunegrid" in name})
            rounds.append(_one_round(sides, chosen))
    return {
        "peak": {name: max(one[name] for one in peaks) for name in peaks[0]},
        "featured": {name: _best([one[name] for one in rounds]) for name in chosen},
    }


def measure_grid(featured_rates: Mapping[str, Mapping]) -> dict[str, dict[str, object]]:
    """Measure a sample of the whole grid; what is featured has been measured."""
    known = {name_of(run): featured_rates[name] for name, run in featured().items()}
    sample = {name_of(run): run for run in whole_grid()[::SAMPLE]}
    with ExitStack() as stack:
        new = {name: run for name, run in sample.items() if name not in known}
        measured = _one_round(_sides(stack), new)
    return {name: known.get(name) or _best([measured[name]]) for name in sample}


def estimate(
    grid: Mapping[str, Mapping[str, Mapping[str, float]]], names: Iterable[str], side: str
) -> float:
    """Estimate how long a side takes for configurations, in seconds, start-up not included.

    Between those of the sample, the time of a run is interpolated over `relative_cost`, both on
    logarithmic scales. Workers prepare their models side by side; `fit` does one after the other.

    Args:
        grid: what was measured for the sample.
        names: of the configurations, as `name_of` gives them.
        side: `fit`, or one of tunegrid's.
    """
    costs = {name_of(run): math.log(relative_cost(run.spec)) for run in whole_grid()}
    epochs = whole_grid()[0].spec.epochs
    at_once = cores() if side.startswith("tunegrid") else 1
    known = sorted(
        (costs[name], math.log(Rate(**one[side]).seconds(epochs) + one[side]["prepare"] / at_once))
        for name, one in grid.items()
    )
    wanted = [costs[name] for name in names]
    return float(np.exp(np.interp(wanted, *zip(*known, strict=True))).sum())


def _sides(stack: ExitStack) -> dict[str, Side]:
    """Start the processes: one with all cores, and one for each core."""
    spec = whole_grid()[0].spec
    plain = {**os.environ, "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
    fit = [stack.enter_context(Probe("fit", plain))]
    single = worker_environment(spec, os.environ)
    workers = [stack.enter_context(Probe("engine", single)) for _ in range(cores())]
    sides = {
        "fit": Side(fit, steps_per_execution=1),
        f"fit × {EXECUTION}": Side(fit, steps_per_execution=EXECUTION),
        "tunegrid": Side(workers),
    }
    try:
        check_precision("bfloat16")
    except RunError:
        return sides
    return {**sides, "tunegrid bfloat16": Side(workers, precision="bfloat16")}


def _one_round(
    sides: Mapping[str, Side], runs: Mapping[str, PlannedRun]
) -> dict[str, dict[str, Rate]]:
    measured = {}
    for name, run in runs.items():
        measured[name] = {
            side: by.measure(run)
            for side, by in sides.items()
            if name in SMALL or not by.more.get("steps_per_execution", 1) > 1
        }
        shown = ", ".join(f"{side} {rate.train:.0f}" for side, rate in measured[name].items())
        print(f"{name}: {shown} images/s", file=sys.stderr)
    return measured


def _best(rounds: Sequence[Mapping[str, Rate]]) -> dict[str, dict[str, float]]:
    """Take each side's fastest round: what disturbs a measurement makes it slower."""
    return {
        side: dataclasses.asdict(max((one[side] for one in rounds), key=lambda rate: rate.train))
        for side in rounds[0]
    }
