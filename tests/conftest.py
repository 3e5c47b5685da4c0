"""What several tests need: real images, a store that was really filled, the command."""

import contextlib
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

# One thread, as in a worker, before anything imports a backend.
os.environ.update(
    KERAS_BACKEND="tensorflow",
    TF_CPP_MIN_LOG_LEVEL="3",
    TF_NUM_INTRAOP_THREADS="1",
    TF_NUM_INTEROP_THREADS="1",
    OMP_NUM_THREADS="1",
    COLUMNS="100",
)

import hypothesis
import pytest

from tunegrid import DataError, import_results, read_results, run_grid
from tunegrid.cli import main
from tunegrid.data.datasets import Images
from tunegrid.data.reading import load_dataset
from tunegrid.data.sources import find_dataset
from tunegrid.store.database import FILE
from tunegrid.store.weights import weights_file

# Whoever starts tests in the background may be deaf to these, and who is started by them then too.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No test looks at a clock.
hypothesis.settings.register_profile("tunegrid", deadline=None)
hypothesis.settings.load_profile("tunegrid")

#: The runs of kh2021 that the project keeps.
KEPT = Path(__file__).parents[1] / "reports" / "results" / "kh2021"

SMALL = {"experiments": "two-layer", "where": "layerdense <= 32", "epochs": 2, "train_size": 512}


#: Files whose tests share nothing that takes long to make; those of others stay together.
SPREAD = ("test_audit", "test_compare", "test_driver", "test_studies", "test_tidy", "test_train")
#: Tests that look at processes, which others must not kill meanwhile.
KILLED = ("test_faults", "test_local", "test_storm", "killed_again_and_again")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Send tests that share what is made once to one process (make test)."""
    from xdist.scheduler import LoadScopeScheduling

    class BySharing(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if any(name in nodeid for name in KILLED):
                return "killed"
            file = nodeid.partition("::")[0]
            return nodeid if Path(file).stem in SPREAD else file

    return BySharing(config, log)


def _whole(name: str) -> Images:
    try:
        return load_dataset(find_dataset(name, download=False))
    except DataError as error:
        pytest.skip(f"real {name}: {error}")


@pytest.fixture(autouse=True)
def hostile_input(request: pytest.FixtureRequest, record_property) -> None:
    """Record for RELIABILITY.md what a stranger could have sent, and how often it was tried."""
    mark = request.node.get_closest_marker("hostile")
    if mark is not None:
        given = getattr(getattr(request.node, "callspec", None), "params", {})
        own = getattr(request.function, "_hypothesis_internal_use_settings", None)
        times = given.get("count") or given.get("tries") or own.max_examples
        record_property("hostile", mark.args[0])
        record_property("times", times)


@pytest.fixture(scope="session")
def fashion_mnist() -> Images:
    """The real Fashion-MNIST."""
    return _whole("fashion_mnist")


@pytest.fixture(scope="session")
def small_store(fashion_mnist: Images, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two replicates of four small two-layer configurations, trained by workers.

    The processes of `make test` train it together, as two drivers of one store do, and each has a
    copy of its own.
    """
    base = tmp_path_factory.getbasetemp()
    is_shared = "PYTEST_XDIST_WORKER" in os.environ
    made = (base.parent if is_shared else base) / "small" / "store"
    run_grid("kh2021", seeds=2, workers=1 if is_shared else None, store=made, **SMALL)
    store = base / "small-store" / "store"
    shutil.copytree(made / "models", store / "models")
    with (
        contextlib.closing(sqlite3.connect(made / FILE)) as source,
        contextlib.closing(sqlite3.connect(store / FILE)) as copy,
    ):
        source.backup(copy)
    return store


@pytest.fixture(scope="session")
def in_process():
    """Call the command as a process would, in this one: it starts at once, and is as it is."""

    def call(
        *words: object, folder: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        said = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in "12"]
        arguments = ["tune-grid", *map(str, words)]
        with (
            contextlib.chdir(folder),
            mock.patch.dict(os.environ, environment or {}),
            mock.patch.object(sys, "argv", arguments),
            contextlib.redirect_stdout(said[0]),
            contextlib.redirect_stderr(said[1]),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        texts = []
        for stream in said:
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, *texts)

    return call


@pytest.fixture
def tune_grid(in_process, tmp_path: Path):
    """Run the command in a folder of the test's own; returns what came of it."""

    def call(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return in_process(*words, folder=tmp_path, environment=environment)

    return call


def _start_cluster():
    """Start a Ray cluster of two nodes on this machine, with a core each."""
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    for _ in "12":
        cluster.add_node(num_cpus=1, include_dashboard=False)
    return cluster


@pytest.fixture
def make_cluster():
    """Start clusters for one test, that may do to them what it likes."""
    made = []

    def start():
        made.append(_start_cluster())
        return made[-1]

    yield start
    for cluster in made:
        cluster.shutdown()


@pytest.fixture
def cluster(make_cluster):
    """One such cluster."""
    return make_cluster()


@pytest.fixture(scope="module")
def two_nodes():
    """A cluster for the tests of a file, that must leave it as it is."""
    cluster = _start_cluster()
    yield cluster
    cluster.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """A store with the runs of kh2021 that the project keeps, to be read only."""
    store = tmp_path_factory.mktemp("kept") / "store"
    import_results(KEPT, store=store)
    return store


@pytest.fixture(scope="session")
def with_weights(small_store):
    """The key of the run whose weights the small store has."""
    (file,) = weights_file(small_store, "").parent.iterdir()
    return file.name.partition(".")[0]


@pytest.fixture(scope="session")
def without_weights(small_store, with_weights):
    """The key of a run whose weights are not there."""
    keys = read_results("kh2021", any=True, store=small_store)["key"]
    return next(key for key in keys if key != with_weights)
