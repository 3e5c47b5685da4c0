"""S3: the same runs by every contestant, whole time, start-up and evaluation included.

Each contestant is a process (with those that it starts) that gets the featured configurations, a
part of the images and some epochs. They take turns; memory is that of all its processes together,
read five times a second.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psutil
from work import FEATURED, STUDY, featured

CONTESTANT = Path(__file__).with_name("contestant.py")
EPOCHS, TRAIN_SIZE = 2, 10_000
ROUNDS = 1
NEEDS = {"keras-tuner": "keras_tuner", "optuna": "optuna", "ray": "ray"}


def measure(steps: Mapping[str, int]) -> dict[str, list[dict[str, object]]]:
    """Let every contestant that is installed train the featured configurations.

    Args:
        steps: the steps_per_execution with which `fit` is fastest, by configuration.

    Returns:
        For each contestant and round: seconds, peak memory in MiB, accuracies.
    """
    runs = featured(epochs=EPOCHS, train_size=TRAIN_SIZE)
    work = [(run.spec.to_json(), steps.get(name, 1)) for name, run in runs.items()]
    names = ["fit", *(name for name, module in NEEDS.items() if find_spec(module)), "tunegrid"]
    found = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "work.json"
        file.write_text(json.dumps(work), encoding="utf-8")
        for number in range(ROUNDS):
            for name in names if number % 2 == 0 else reversed(names):
                found[name].append(_contest(name, file, Path(folder) / f"{name}-{number}"))
                print(f"{name}: {found[name][-1]['seconds']:.1f} s", file=sys.stderr)
    return found


def _contest(name: str, file: Path, folder: Path) -> dict[str, object]:
    if name != "tunegrid":
        seconds, memory, output = _watched([sys.executable, str(CONTESTANT), name, str(file)])
        return {"seconds": seconds, "memory": memory, "accuracies": json.loads(output)}
    where = " or ".join(
        f"(experiment == '{experiment}' and {condition})"
        for experiment, condition in FEATURED.values()
    )
    experiments = ",".join(dict.fromkeys(experiment for experiment, _ in FEATURED.values()))
    asked = ["--experiment", experiments, "--where", where, "--store", str(folder)]
    shorter = ["--epochs", str(EPOCHS), "--train-size", str(TRAIN_SIZE)]
    command = [sys.executable, "-m", "tunegrid"]
    seconds, memory, _ = _watched([*command, "run", STUDY, *asked, *shorter])
    show = [*command, "results", STUDY, "--store", str(folder), "--any", "--format", "json"]
    rows = json.loads(subprocess.run(show, check=True, capture_output=True).stdout)
    accuracies = [one["accuracy"] for one in rows]
    if len(accuracies) != len(FEATURED):
        raise SystemExit(f"tunegrid trained {len(accuracies)} runs, not {len(FEATURED)}.")
    return {"seconds": seconds, "memory": memory, "accuracies": accuracies}


def _watched(command: list[str]) -> tuple[float, float, str]:
    """Run a command; give its seconds, the most memory of its family in MiB, and its output."""
    begin = time.perf_counter()
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env=environment
        ) as process,
    ):
        most = [0]
        watch = threading.Thread(target=_watch, args=(psutil.Process(process.pid), most))
        watch.start()
        output = process.stdout.read().decode()
        code = process.wait()
        seconds = time.perf_counter() - begin
        watch.join()
        if code:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode()[-2000:]}")
    return seconds, most[0] / 2**20, output


def _watch(process: psutil.Process, most: list[int]) -> None:
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        used = 0
        for one in [process, *_children(process)]:
            try:
                used += one.memory_info().rss
            except psutil.Error:
                continue
        most[0] = max(most[0], used)
        time.sleep(0.2)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
