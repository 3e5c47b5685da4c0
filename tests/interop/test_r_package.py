"""The R package, with a real R."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.needs_r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="R: no Rscript on the path"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library with the package installed from what git has, as its tarball would be."""
    place = tmp_path_factory.mktemp("r")
    source, library = place / "tunegrid", place / "library"
    library.mkdir()
    ignored = shutil.ignore_patterns(".*", "tunegrid-store", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored, symlinks=True)
    built = subprocess.run(
        ["R", "CMD", "build", "--no-manual", str(source)],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (tarball,) = place.glob("tunegrid_*.tar.gz")
    done = subprocess.run(
        ["R", "CMD", "INSTALL", f"--library={library}", str(tarball)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return library


def run_r(library, script, **environment):
    """Run an R script with the library first."""
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", script],
        env={**os.environ, "R_LIBS": str(library), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_loads_without_python(library):
    """`library(tunegrid)` starts no Python, and needs none."""
    script = "library(tunegrid); cat(reticulate::py_available(initialize = FALSE))"
    assert run_r(library, script, RETICULATE_PYTHON="/nonexistent") == "FALSE"


def test_ships_the_python_code(library):
    """The Python inside is this very package, and it finds its studies."""
    script = "library(tunegrid); cat(tunegrid:::python$load_study('kh2021')$title)"
    told = run_r(library, script, RETICULATE_PYTHON=sys.executable)
    assert told == "Convolution Neural Network on fashion_mnist"


def test_trains_from_r(library, fashion_mnist, tmp_path):
    """Workers find their interpreter and the package although R runs the driver."""
    script = """
    library(tunegrid)
    summary <- tunegrid:::python$run_grid(
      "kh2021", experiments = "two-layer", where = "layer2 == 16 and layerdense == 16",
      epochs = 1L, train_size = 256L, store = Sys.getenv("STORE")
    )
    cat(summary$done)
    """
    told = run_r(library, script, RETICULATE_PYTHON=sys.executable, STORE=str(tmp_path))
    assert told == "1"
