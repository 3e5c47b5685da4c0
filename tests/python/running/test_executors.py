"""Which executor a grid is given, and what is said of one that cannot be had. No Ray is started."""

import re
import socket
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from tunegrid import RunError, SpecError, load_study, run_grid
from tunegrid.conclusions.until_decided import run_until_decided
from tunegrid.data.datasets import DATASETS, Dataset
from tunegrid.data.reading import load_dataset
from tunegrid.data.sources import find_dataset
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.running import ray, ray_node
from tunegrid.running.executor import Task
from tunegrid.running.ray import RayExecutor, memory_of
from tunegrid.running.ray_job import _described, _places
from tunegrid.running.ray_node import difference

WITHOUT = "The executor ray needs Ray, which is not installed: pip install 'tunegrid[ray]'."


@pytest.fixture
def no_ray(monkeypatch):
    """A machine without Ray."""

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(ray, "distribution", missing)


@pytest.fixture
def some_ray(monkeypatch):
    """A machine with Ray, as far as anybody asks before a cluster answers."""
    monkeypatch.setattr(ray, "distribution", lambda _: None)


@pytest.mark.parametrize("run", [run_grid, run_until_decided])
def test_without_ray_its_executor_names_what_to_install(no_ray, tmp_path, run):
    """In one sentence, before anything is planned."""
    with pytest.raises(RunError) as said:
        run("kh2021", executor="ray", store=tmp_path / "store")
    assert str(said.value) == WITHOUT
    assert not (tmp_path / "store").exists()


def test_the_command_says_so_too(no_ray, tune_grid):
    """In the same sentence."""
    done = tune_grid("run", "kh2021", "--executor", "ray", "--ray-address", "127.0.0.1:6379")
    assert (done.returncode, done.stderr) == (2, f"{WITHOUT}\n")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"executor": "slurm"}, "There is no executor slurm: give local or ray"),
        ({"ray_address": "10.0.0.1:6379"}, "give --executor ray with it"),
    ],
)
def test_what_is_no_executor_is_refused(given, said, tmp_path):
    """Before anything is planned."""
    with pytest.raises(SpecError, match=said):
        run_grid("kh2021", **given, store=tmp_path)


@pytest.fixture(scope="module")
def specs():
    """A run to ask a cluster for."""
    found = configurations(load_study("kh2021"), experiments="two-layer", where="layer1 == 16")
    return [one.spec for one in plan(found)]


def test_an_address_at_which_nobody_listens_is_one_sentence(some_ray, specs):
    """A port that was free a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(RunError, match=f"No Ray cluster answers at {address}: start one"):
        RayExecutor(specs, address=address)


@pytest.mark.parametrize("address", ["ray://10.0.0.1:10001", "10.0.0.1", "10.0.0.1:x", ":6379"])
def test_what_is_no_address_of_a_cluster_is_one_sentence(some_ray, specs, address):
    """Ray's own client is none either."""
    with pytest.raises(RunError, match="--ray-address must be HOST:PORT"):
        RayExecutor(specs, address=address)


def test_a_job_that_ends_without_a_word_is_a_cluster_that_is_gone(some_ray, specs, monkeypatch):
    """As Ray ends a process that has lost its cluster."""
    monkeypatch.setattr(ray, "PipedProcess", _Ending)
    with pytest.raises(RunError, match=r"is gone \(exit code 1, Failed to reach GCS\): what"):
        RayExecutor(specs, address="127.0.0.1:6379")


class _Ending:
    def __init__(self, module, messages, environment, *, folder):
        self._messages = messages

    def tell(self, header, blobs=()):
        self._messages.put((self, None))

    def ended(self):
        return (
            1,
            "exit code 1",
            ["a line", "[2026-11-25 06:42 E 2 3] rpc_client.h:204: Failed to reach GCS. It ended."],
        )

    def kill(self):
        pass


def test_versions_that_differ_name_both_sides():
    """Ours, and those that Ray itself compares."""
    wanted = {"Python": "3.11.2", "ray": "2.60.0", "keras": "3.15.1"}
    assert difference(wanted, wanted, "a") is None
    said = difference({**wanted, "keras": "3.14.0"}, wanted, "a (10.0.0.2)")
    assert said.startswith("The node a (10.0.0.2) has keras 3.14.0, and the driver has keras 3.15")
    ours = (
        "Version mismatch: The cluster was started with:\n    Ray: 2.40.0\n    Python: 3.11.9\n"
        "This process on node 10.0.0.1 was started with:\n    Ray: 2.60.0\n    Python: 3.11.2\n"
    )
    assert _described(RuntimeError(ours), "10.0.0.1:6379") == (
        "The cluster has Ray 2.40.0 and Python 3.11.9, and the driver has Ray 2.60.0 and Python "
        "3.11.2: install the same on both."
    )


def test_a_node_has_room_by_cpus_and_by_memory():
    """Whichever is less; one without a CPU has none."""
    assert _places({"CPU": 4.0, "memory": 10.0}, 3.0) == 3
    assert _places({"CPU": 2.0, "memory": 10.0}, 3.0) == 2
    assert _places({"memory": 10.0}, 3.0) == 0


def test_the_memory_of_a_run_follows_its_data():
    """More than a worker on Fashion-MNIST has (0.9 GiB), and more for more data."""
    small = memory_of(DATASETS["fashion_mnist"])
    large = memory_of(Dataset("own", "own", None, (64, 64, 3), dtype="float32"))
    assert 0.9 * 2**30 < small < 1.5 * 2**30 < large


@pytest.fixture
def elsewhere(fashion_mnist, tmp_path, monkeypatch):
    """Data as its driver names it, on a node that has none, with what came there to be asked."""
    asked = []

    def get(images):
        asked.append(images)
        return images

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=get))
    monkeypatch.setattr(ray_node, "_found", {})
    monkeypatch.setattr(ray_node, "find_dataset", lambda *_, **__: given)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    given = replace(
        find_dataset("fashion_mnist", download=False),
        path=tmp_path / "nowhere", digest=DATASETS["fashion_mnist"].digest,
    )  # fmt: skip
    return given, asked


def test_images_are_brought_to_a_node_once_under_their_digest(
    fashion_mnist, elsewhere, monkeypatch
):
    """Another process of the node finds what the first has written, and checks it."""
    given, asked = elsewhere
    for _ in "12":
        found = ray_node._find(given, 10, [fashion_mnist])
        assert found.path.stem == given.digest
        monkeypatch.setattr(ray_node, "_found", {})
    assert len(asked) == 1
    assert (load_dataset(found).x_train == fashion_mnist.x_train).all()
    found.path.write_bytes(b"damaged")
    assert ray_node._find(given, 10, [fashion_mnist]) == found
    assert len(asked) == 2


def test_a_node_that_has_no_room_is_named(fashion_mnist, specs, monkeypatch):
    """It is the machine's fault and not the run's."""
    monkeypatch.setattr(ray_node, "_slot", Mock(side_effect=OSError(28, "No space left")))
    task = Task(specs[0], find_dataset("fashion_mnist", download=False))
    versions = ray_node.node_versions([])
    ((said, _),) = ray_node.train_run(
        task.to_message(), [], time_limit=None, versions=versions, backends=[]
    )
    assert said["kind"] == "lost"
    assert re.fullmatch(r"The node \S+ cannot train: .*No space left", said["text"])


def test_images_that_a_node_has_are_not_brought(fashion_mnist, elsewhere, monkeypatch):
    """Where the driver has them, or where the node's own are."""
    given, asked = elsewhere
    here = find_dataset("fashion_mnist", download=False)
    monkeypatch.setattr(ray_node, "find_dataset", lambda *_, **__: here)
    found = ray_node._find(given, 10, [fashion_mnist])
    assert (found.path, asked) == (Path(here.path), [])
