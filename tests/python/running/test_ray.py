"""Runs on a real Ray cluster of two nodes on this machine (make test-ray)."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from tunegrid import RunError, run_grid
from tunegrid.running.progress import Progress
from tunegrid.store.store import Store

pytestmark = pytest.mark.ray

GRID = {
    "experiments": "two-layer", "where": "layerdense <= 32", "epochs": 2, "train_size": 1000,
}  # fmt: skip
COMMAND = (
    "run", "kh2021", "--experiment", "two-layer", "--where", "layerdense <= 32", "--epochs", "2",
    "--train-size", "1000", "--executor", "ray",
)  # fmt: skip
RUNS = 4
#: What a process must do within these many seconds, or the test fails.
PATIENCE = 60


def content(folder):
    """Give all epochs and predictions of a store."""
    with Store(folder) as store:
        return [
            tuple(row)
            for table in ("epoch", "prediction")
            for row in store.rows(f"SELECT * FROM {table} ORDER BY run, 2")  # noqa: S608
        ]


def attempts(folder):
    """Count the attempts of a store by their outcome."""
    with Store(folder) as store:
        query = "SELECT outcome, count(*) FROM attempt GROUP BY outcome"
        return dict(map(tuple, store.rows(query)))


def workers_of(process):
    """Give the processes that train below a process."""
    return [
        one
        for one in process.children(recursive=True)
        if "tunegrid.running.worker" in one.cmdline()
    ]


def node_workers(node):
    """Give the processes that train on a node."""
    (raylet,) = node.all_processes["raylet"]
    return workers_of(psutil.Process(raylet.process.pid))


@pytest.fixture(scope="module")
def local(fashion_mnist, tmp_path_factory):
    """What workers on this machine make of the grid."""
    store = tmp_path_factory.mktemp("local") / "store"
    run_grid("kh2021", **GRID, store=store)
    found = content(store)
    assert len(found) == RUNS * (2 + 2)
    return found


class Meddling(Progress):
    """Does something once, as soon as it can, when something happens."""

    def __init__(self, when, what):
        self.is_done = False
        self._when, self._what = when, what

    def _meddle(self, when):
        if when == self._when and not self.is_done:
            self.is_done = self._what() is not False

    def epoch(self, planned):
        self._meddle("epoch")

    def done(self, planned, result):
        self._meddle("done")


def test_the_command_gives_what_local_workers_give(local, two_nodes, tune_grid, tmp_path):
    """Bit for bit; every run names its host, and no process is left."""
    store = tmp_path / "store"
    done = tune_grid(*COMMAND, "--ray-address", two_nodes.address, "--store", store)
    assert done.returncode == 0, done.stderr
    assert "4 runs trained (0 failed), 0 found done" in done.stderr
    assert content(store) == local
    assert attempts(store) == {"done": RUNS}
    with Store(store) as opened:
        hosts = opened.rows("SELECT json_extract(description, '$.host') FROM environment")
    assert [row[0] for row in hosts] == [os.uname().nodename]


def test_a_node_that_is_killed_in_the_middle_fails_no_run(local, cluster, tmp_path):
    """Ray begins its runs anew on the node that is left; the store has one attempt each."""
    first, second = cluster.list_all_nodes()
    assert first is cluster.head_node

    def kill():
        if not node_workers(second):
            return False
        cluster.remove_node(second, allow_graceful=False)
        return None

    meddling = Meddling("epoch", kill)
    done = run_grid(
        "kh2021", **GRID, executor="ray", ray_address=cluster.address, store=tmp_path,
        progress=meddling,
    )  # fmt: skip
    assert meddling.is_done
    assert (done.done, done.failed) == (RUNS, 0)
    assert attempts(tmp_path) == {"done": RUNS}
    assert content(tmp_path) == local


def test_a_head_that_is_killed_is_one_sentence_and_a_new_cluster_goes_on(
    local, make_cluster, tmp_path, monkeypatch
):
    """What was done is kept, and what was in training counts against no run."""
    first = make_cluster()
    how = {**GRID, "executor": "ray", "store": tmp_path}
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "5")  # 60 by default

    def kill():
        first.remove_node(first.head_node, allow_graceful=False)

    with pytest.raises(RunError, match=r"is gone .*: what was done is kept; start a cluster"):
        run_grid("kh2021", **how, ray_address=first.address, progress=Meddling("done", kill))
    kept = attempts(tmp_path)
    assert kept["done"] >= 1
    assert set(kept) <= {"done", "interrupted"}
    second = make_cluster()
    again = run_grid("kh2021", **how, ray_address=second.address)
    assert (again.found, again.done) == (kept["done"], RUNS - kept["done"])
    assert "failed" not in attempts(tmp_path)
    assert content(tmp_path) == local


@pytest.mark.parametrize(
    ("more", "failure", "said"),
    [
        ({"time_limit": 0.5}, "killed", "ran past its time limit of 0.5 seconds"),
        ({"set": {"optimizer": "sgd", "learning_rate": 1e30}}, "diverged", "in epoch 1 of 2"),
    ],
)
def test_runs_fail_on_a_node_as_they_do_here(two_nodes, tmp_path, more, failure, said):
    """Over their time limit, or with a loss that is no number."""
    with pytest.warns(UserWarning, match="1 of 1 run failed"):
        run_grid(
            "kh2021", **GRID | {"where": "layerdense == 16"}, **more, executor="ray",
            ray_address=two_nodes.address, store=tmp_path,
        )  # fmt: skip
    with Store(tmp_path) as store:
        found = [tuple(row) for row in store.rows("SELECT failure, message FROM run")]
    assert [one for one, _ in found] == [failure]
    assert all(said in text for _, text in found)


def test_a_worker_that_is_killed_on_a_node_is_one_failed_attempt(two_nodes, tmp_path):
    """The run is tried again, as with local workers."""
    head = two_nodes.head_node

    def kill():
        for worker in node_workers(head)[:1]:
            worker.kill()
            return True
        return False

    meddling = Meddling("epoch", kill)
    done = run_grid(
        "kh2021", **GRID, executor="ray", ray_address=two_nodes.address, store=tmp_path,
        progress=meddling,
    )  # fmt: skip
    assert meddling.is_done
    assert (done.done, done.failed) == (RUNS, 0)
    assert attempts(tmp_path) == {"done": RUNS, "failed": 1}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_driver_that_ends_takes_its_job_with_it(local, two_nodes, tmp_path, number):
    """However it ends; the same command goes on."""
    words = [*COMMAND, "--ray-address", two_nodes.address, "--store", str(tmp_path)]
    driver = subprocess.Popen(
        [sys.executable, "-m", "tunegrid", *words], stderr=subprocess.PIPE, text=True
    )
    for line in driver.stderr:
        if line.startswith("[1/"):
            break
    workers = [one for node in two_nodes.list_all_nodes() for one in node_workers(node)]
    assert workers
    driver.send_signal(number)
    driver.communicate(timeout=PATIENCE)
    assert psutil.wait_procs(workers, timeout=PATIENCE)[1] == []
    again = subprocess.run(
        [sys.executable, "-m", "tunegrid", *words], capture_output=True, text=True, check=True
    )
    assert "(0 failed)" in again.stderr
    assert content(tmp_path) == local
    assert "failed" not in attempts(tmp_path)


def test_versions_that_differ_are_refused_before_anything_trains(two_nodes, tmp_path, monkeypatch):
    """Here the driver's Keras says that it is another one."""
    other = tmp_path / "keras-1.2.3.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: keras\nVersion: 1.2.3\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RunError, match=r"The node .* has keras 3.*and the driver has keras 1.2.3"):
        run_grid(
            "kh2021", **GRID, executor="ray", ray_address=two_nodes.address, store=tmp_path / "s"
        )
    assert attempts(tmp_path / "s") == {}


def test_a_listener_that_is_no_cluster_is_one_sentence_within_half_a_minute(tmp_path):
    """It takes the connection, and says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RunError, match=f"The Ray cluster at {address} "):
            run_grid("kh2021", **GRID, executor="ray", ray_address=address, store=tmp_path)
    assert attempts(tmp_path) == {}
