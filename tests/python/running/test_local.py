"""Slots and workers, with real processes."""

import dataclasses
import json
import os
import signal
import tempfile
from pathlib import Path

import psutil
import pytest

from tunegrid import load_study
from tunegrid.data.sources import find_dataset
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.plan.runs import ModelSpec
from tunegrid.running.executor import Task
from tunegrid.running.local import LocalExecutor
from tunegrid.running.process import worker_environment
from tunegrid.train.one_run import train


@pytest.fixture
def task(fashion_mnist):
    """A run of a few seconds, long enough to be hit in the middle."""
    return _task(epochs=2, train_size=512)


def _task(**settings):
    where = "layer2 == 16 and layerdense == 16"
    overrides = {"scaling": "unit", **settings}
    found = configurations(
        load_study("kh2021"), experiments="two-layer", where=where, overrides=overrides
    )
    return Task(plan(found)[0].spec, find_dataset("fashion_mnist", download=False))


def events_of(executor, *, until=("done", "failed", "died", "timeout")):
    """Listen until a task ends."""
    heard = []
    while not heard or heard[-1].kind not in until:
        event = executor.next_event(60)
        assert event is not None
        heard.append(event)
    return heard


def test_a_worker_returns_what_training_here_gives(task, fashion_mnist):
    """A process away or in this one, the numbers are the same bit for bit."""
    with LocalExecutor(1) as executor:
        executor.start(task)
        assert (executor.free, executor.busy) == (0, 1)
        *epochs, done = events_of(executor)
    here = train(task.spec, fashion_mnist)
    assert [event.epoch for event in epochs] == list(done.result.history) == list(here.history)
    assert done.result.last == here.last
    assert done.result.environment["threads"] == 1


def test_a_worker_that_dies_is_one_known_run(task):
    """SIGKILL in the middle of training names the run; the slot trains on."""
    with LocalExecutor(1) as executor:
        executor.start(task)
        events_of(executor, until=("epoch",))
        (worker,) = psutil.Process().children()
        worker.send_signal(signal.SIGKILL)
        died = events_of(executor)[-1]
        assert (died.kind, died.task, died.failure) == ("died", task, "killed")
        assert "SIGKILL" in died.text
        executor.start(task)
        assert events_of(executor)[-1].kind == "done"


def test_a_run_over_its_time_limit_is_killed(task):
    """The worker goes, and the message names the limit."""
    with LocalExecutor(1, time_limit=0.5) as executor:
        executor.start(task)
        late = events_of(executor)[-1]
        assert (late.kind, late.failure) == ("timeout", "killed")
        assert "time limit of 0.5 seconds" in late.text
        assert psutil.Process().children() == []


def test_a_run_that_diverges_says_so(fashion_mnist):
    """The worker names the class of the failure."""
    with LocalExecutor(1) as executor:
        executor.start(_task(optimizer="sgd", learning_rate=1e30, epochs=1, train_size=512))
        failed = events_of(executor)[-1]
    assert (failed.kind, failed.failure) == ("failed", "diverged")
    assert "in epoch 1 of 1" in failed.text


def test_a_broken_backend_is_no_fault_of_the_run(task, tmp_path, monkeypatch):
    """A TensorFlow that cannot be imported stops the grid, and no run is failed for it."""
    broken = tmp_path / "tensorflow"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('libfoo.so.1')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with LocalExecutor(1) as executor:
        executor.start(task)
        failed = events_of(executor)[-1]
    assert (failed.kind, failed.failure) == ("failed", "backend")
    assert "libfoo" in failed.text


def test_leaving_the_executor_kills_what_still_trains(task):
    """No worker outlives the context."""
    with LocalExecutor(2) as executor:
        executor.start(task)
        (worker,) = psutil.Process().children()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def test_a_worker_runs_in_a_folder_of_its_own(task, tmp_path, monkeypatch):
    """In the current one CUDA looks for its compiler, and an empty PYTHONPATH for modules."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h5py.py").write_text("raise ImportError('of the current folder')")
    monkeypatch.setenv("PYTHONPATH", f"{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    with LocalExecutor(1) as executor:
        executor.start(task)
        (worker,) = psutil.Process().children()
        assert Path(worker.cwd()).name.startswith(f"tunegrid-workers-{os.getpid()}-")
        assert events_of(executor)[-1].kind == "done"


def test_workers_leave_no_temporary_files(task):
    """Neither theirs nor those of a driver that was killed long ago."""
    here = Path(tempfile.gettempdir())
    (here / "tunegrid-workers-4194305-old").mkdir(exist_ok=True)
    with LocalExecutor(1) as executor:
        executor.start(task)
        events_of(executor)
        (own,) = here.glob(f"tunegrid-workers-{os.getpid()}-*")
    assert not own.exists()
    assert not (here / "tunegrid-workers-4194305-old").exists()


def test_a_worker_has_one_thread_and_its_own_backend(task):
    """All of it is set before anything is imported, whatever the user has set."""
    values = worker_environment(task.spec, {"OMP_NUM_THREADS": "8", "KERAS_BACKEND": "torch"})
    assert values["OMP_NUM_THREADS"] == values["TF_NUM_INTRAOP_THREADS"] == "1"
    assert values["KERAS_BACKEND"] == "tensorflow"
    assert values["CUDA_VISIBLE_DEVICES"] == "-1"
    assert (Path(values["PYTHONPATH"].split(os.pathsep)[0]) / "tunegrid").is_dir()


def test_a_worker_checks_what_it_is_given_itself(task):
    """A driver that let a function through would not make it run."""
    called = {"module": "keras.config", "class_name": "function", "config": "set_max_epochs"}
    model = {"class_name": "Sequential", "module": "keras", "config": {"layers": [called]}}
    parameters = (("keras_json", json.dumps(model)),)
    spec = dataclasses.replace(task.spec, model=ModelSpec("keras", 1, parameters))
    with LocalExecutor(1) as executor:
        executor.start(dataclasses.replace(task, spec=spec))
        (failed,) = events_of(executor)
    assert (failed.kind, failed.failure) == ("failed", "error")
    assert "A run's spec is damaged (The model of keras_json has " in failed.text
