"""S1, S2 and the estimate of S3: images a second on both cores, tunegrid beside `Model.fit`.

For each configuration in turn: `fit` with all cores, `fit` with 32 steps in one call, then as many
single-threaded workers at once as there are cores, in float32 and, where the processor has it, in
bfloat16. What is compared lies seconds apart.
"""

import dataclasses
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from work import featured, name_of, whole_grid

from tunegrid.errors import RunError
from tunegrid.plans import PlannedRun
from tunegrid.process import cores, worker_environment
from tunegrid.train.precision import check_precision

PROBE = Path(__file__).with_name("probe.py")
SECONDS = 0.8  # of training for one figure
ROUNDS = 3  # for the featured configurations
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
        batch = spec.batch_size * self.more.get("steps_per_execution", 1)
        wanted = int(SECONDS / max(one["step"] for one in ready) / batch) * batch
        images = min(max(wanted, 8 * spec.batch_size, batch), TRAIN)
        trained = self._all("train", images=images)
        scored = self._all("score", images=TEST)
        return Rate(
            train=sum(images / one["seconds"] for one in trained),
            score=sum(TEST / one["seconds"] for one in scored),
            prepare=statistics.fmean(one["seconds"] for one in ready),
            operations=ready[0]["operations"],
        )


def measure() -> dict[str, object]:
    """Measure the machine's peak, the featured configurations in rounds, and the whole grid."""
    with ExitStack() as stack:
        sides = _sides(stack)
        peaks = {name: side.peak() for name, side in sides.items() if name.startswith("tunegrid")}
        chosen = featured()
        rounds = [_one_round(sides, chosen) for _ in range(ROUNDS)]
        grid = _one_round(sides, {name_of(run): run for run in whole_grid()})
    return {
        "peak": {"float32": peaks["tunegrid"], "bfloat16": peaks.get("tunegrid bfloat16")},
        "featured": {name: _medians([one[name] for one in rounds]) for name in chosen},
        "grid": {
            name: {side: dataclasses.asdict(rate) for side, rate in rates.items()}
            for name, rates in grid.items()
        },
    }


def estimate(rates: Iterable[Mapping[str, Mapping[str, float]]], side: str, epochs: int) -> float:
    """Estimate how long a side takes for configurations, in seconds, start-up not included.

    Workers prepare their models side by side; `fit` prepares one after the other.
    """
    at_once = cores() if side.startswith("tunegrid") else 1
    return sum(Rate(**one[side]).seconds(epochs) + one[side]["prepare"] / at_once for one in rates)


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
        measured[name] = {side: by.measure(run) for side, by in sides.items()}
        shown = ", ".join(f"{side} {rate.train:.0f}" for side, rate in measured[name].items())
        print(f"{name}: {shown} images/s", file=sys.stderr)
    return measured


def _medians(rounds: Sequence[Mapping[str, Rate]]) -> dict[str, dict[str, float]]:
    """Take the median of each figure over the rounds."""
    return {
        side: {
            field.name: statistics.median(getattr(one[side], field.name) for one in rounds)
            for field in dataclasses.fields(Rate)
        }
        for side in rounds[0]
    }
