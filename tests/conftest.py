"""What several tests need: real images, a store that was really filled, the command."""

import os
import subprocess
import sys
from pathlib import Path

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

from tunegrid import DataError, run_grid
from tunegrid.data.datasets import Images
from tunegrid.data.reading import load_dataset
from tunegrid.data.sources import find_dataset

# No test looks at a clock.
hypothesis.settings.register_profile("tunegrid", deadline=None)
hypothesis.settings.load_profile("tunegrid")

SMALL = {"experiments": "two-layer", "where": "layerdense <= 32", "epochs": 2, "train_size": 512}


def _whole(name: str) -> Images:
    try:
        return load_dataset(find_dataset(name, download=False))
    except DataError as error:
        pytest.skip(f"real {name}: {error}")


@pytest.fixture(scope="session")
def fashion_mnist() -> Images:
    """The real Fashion-MNIST."""
    return _whole("fashion_mnist")


@pytest.fixture(scope="session")
def small_store(fashion_mnist: Images, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two replicates of four small two-layer configurations, trained by workers."""
    store = tmp_path_factory.mktemp("small") / "store"
    run_grid("kh2021", seeds=2, store=store, **SMALL)
    return store


@pytest.fixture
def tune_grid(tmp_path: Path):
    """Run the command as a user does; returns the finished process."""

    def call(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tunegrid", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return call
