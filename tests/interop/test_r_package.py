"""The R package, with a real R."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tunegrid
from tunegrid import read_results, run_grid
from tunegrid.store.store import Store

ROOT = Path(__file__).parents[2]

# What the package and its tests need of R's.
NEEDED = ("cli", "ggplot2", "knitr", "reticulate", "rlang", "testthat", "withr")

pytestmark = [
    pytest.mark.needs_r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="R: no Rscript on the path"),
]


@pytest.fixture(scope="module")
def tarball(tmp_path_factory):
    """The package's tarball, built of what git has."""
    for package in NEEDED:
        found = ["Rscript", "--vanilla", "-e", f"loadNamespace('{package}')"]
        if subprocess.run(found, capture_output=True, check=False).returncode:
            pytest.skip(f"R: no package {package}")
    place = tmp_path_factory.mktemp("r")
    source = place / "tunegrid"
    ignored = shutil.ignore_patterns(".*", "tunegrid-store", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored, symlinks=True)
    shutil.copy(ROOT / ".Rbuildignore", source)
    built = subprocess.run(
        ["R", "CMD", "build", "--no-manual", "--no-build-vignettes", str(source)],
        cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (tarball,) = place.glob("tunegrid_*.tar.gz")
    return tarball


@pytest.fixture(scope="module")
def library(tarball):
    """A library with the package installed from its tarball."""
    library = tarball.parent / "library"
    library.mkdir()
    done = subprocess.run(
        ["R", "CMD", "INSTALL", f"--library={library}", str(tarball)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return library


def environment(library, **more):
    """The environment of an R process that finds the library, and this Python."""
    own = {"R_LIBS": str(library), "LC_ALL": "C.UTF-8", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**os.environ, "RETICULATE_PYTHON": sys.executable, **own, **more}


def run_r(library, script, **more):
    """Run an R script with the library first; give the finished process."""
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", f"library(tunegrid); {script}"],
        env=environment(library, **more), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_tarball_holds_the_whole_python_package(tarball):
    """Code and data, byte for byte, and paths that every tar can unpack."""
    package = Path(tunegrid.__file__).parent
    with tarfile.open(tarball) as opened:
        names = [name for name in opened.getnames() if "/inst/python/tunegrid/" in name]
        inside = {
            name.partition("/inst/python/tunegrid/")[2]: opened.extractfile(name).read()
            for name in names
            if opened.getmember(name).isfile()
        }
    files = [file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc"]
    assert inside == {str(file.relative_to(package)): file.read_bytes() for file in files}
    assert max(map(len, names)) <= 100


def test_loads_without_python(library):
    """`library(tunegrid)` starts no Python, and needs none."""
    script = "cat(reticulate::py_available(initialize = FALSE))"
    assert run_r(library, script, RETICULATE_PYTHON="/nonexistent").stdout == "FALSE"


def test_ships_the_python_code(library):
    """The Python inside is this very package, and it finds its studies."""
    told = run_r(library, "cat(load_study('kh2021')$title, tunegrid:::python_module()$'__file__')")
    assert told.stdout.startswith("Convolution Neural Network on fashion_mnist")
    assert str(library / "tunegrid" / "python") in told.stdout


def test_trains_from_r(library, fashion_mnist, tmp_path):
    """Workers find their interpreter and the package although R runs the driver."""
    script = """
    run <- run_grid(
      "kh2021", experiments = "two-layer", where = "layer2 == 16 and layerdense == 16",
      epochs = 1, train_size = 256, store = Sys.getenv("STORE")
    )
    cat(run$done)
    """
    assert run_r(library, script, STORE=str(tmp_path)).stdout == "1"


def test_prints_the_command_s_table(library, fashion_mnist, tune_grid, tmp_path):
    """The lines of a table are those of `tune-grid table`; what it says beside goes to stderr."""
    script = """
    r <- run_grid("kh2021", experiments = "one-layer", where = "layerdense <= 32",
                  preset = "quick", store = Sys.getenv("STORE"))
    table <- comparison_table(r)
    printed <- capture.output(print(table))
    writeLines(format(table))
    """
    told = run_r(library, script, STORE=str(tmp_path))
    how = ("table", "kh2021", "--experiment", "one-layer", "--where", "layerdense <= 32")
    how = (*how, "--preset", "quick", "--store", tmp_path)
    command = tune_grid(*how)
    assert told.stdout == command.stdout
    for line in command.stderr.splitlines():
        assert line in told.stderr


def test_a_cell_is_the_same_run_from_either_language(library, fashion_mnist, tune_grid, tmp_path):
    """The same key, the same numbers bit for bit, and either reads the other's store."""
    ours, theirs = tmp_path / "python", tmp_path / "r"
    where, tiny = "layer2 == 16 and layerdense == 16", {"epochs": 1, "train_size": 256}
    run_grid("kh2021", experiments="two-layer", where=where, store=ours, **tiny)
    run = f'run_grid("kh2021", "two-layer", "{where}", epochs = 1, train_size = 256, store = '
    run_r(library, f'{run}"{theirs}")')
    results = [
        read_results("kh2021", any=True, store=store).drop(columns="seconds")
        for store in (ours, theirs)
    ]
    pd.testing.assert_frame_equal(*results, check_exact=True)
    table = f'comparison_table("kh2021", "two-layer", any = TRUE, store = "{ours}")'
    script = f"writeLines(format({table}))"
    how = ("table", "kh2021", "--experiment", "two-layer", "--any", "--store", theirs)
    assert run_r(library, script).stdout == tune_grid(*how).stdout


def test_data_of_one_s_own_is_the_same_from_either_language(library, tmp_path):
    """Rows, columns and colours of images, and whole numbers: R finds Python's run done."""
    n, row, column, colour = np.ogrid[1:13, 1:6, 1:8, 1:4]
    x = (n * 3 + row * 5 + column * 11 + colour * 50) % 256
    y = np.arange(12) % 4
    data = {"x_train": x, "y_train": y, "x_test": x[:8] // 2, "y_test": y[:8]}
    rows = {"grid": [{"dense1": 4}], "model": "dense_stack", "name": "mine", "epochs": 1}
    assert run_grid(data=data, store=tmp_path, **rows).done == 1
    script = """
    at <- function(size, of) slice.index(array(0, c(12, 5, 7, 3)), of) * size
    x <- (at(3, 1) + at(5, 2) + at(11, 3) + at(50, 4)) %% 256
    y <- rep(0:3, 3)
    run <- run_grid(
      grid = data.frame(dense1 = 4), model = "dense_stack", name = "mine", epochs = 1,
      data = list(x_train = x, y_train = y, x_test = x[1:8, , , ] %/% 2, y_test = y[1:8]),
      store = Sys.getenv("STORE")
    )
    cat(run$found, run$done)
    """
    assert run_r(library, script, STORE=str(tmp_path)).stdout == "1 0"
    assert len(list((tmp_path / "data").iterdir())) == 1


def test_ctrl_c_keeps_what_is_done(library, fashion_mnist, tmp_path):
    """R is told how many runs are kept, goes on, and can be interrupted again."""
    script = """
    library(tunegrid)
    stopped <- tryCatch(
      run_grid("kh2021", experiments = "one-layer", epochs = 2, train_size = 512, workers = 1,
               store = Sys.getenv("STORE")),
      tunegrid_interrupted = identity
    )
    cat("said:", stopped$message, "\\n")
    cat("left:", unlist(run_status(store = Sys.getenv("STORE"))[c("training", "missing")]), "\\n")
    tryCatch({ cat("busy\\n"); repeat sqrt(2) }, interrupt = \\(condition) cat("free\\n"))
    """
    file = tmp_path / "script.R"
    file.write_text(script)
    lines = []
    with subprocess.Popen(
        ["Rscript", "--vanilla", str(file)], env=environment(library, STORE=str(tmp_path)),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs this may not
    ) as session:  # fmt: skip
        guard = threading.Timer(300, os.killpg, [session.pid, signal.SIGKILL])
        guard.start()
        for line in session.stdout:
            lines.append(line.strip())
            if line.startswith(("[1/10]", "busy")):
                os.killpg(session.pid, signal.SIGINT)
        guard.cancel()
    assert session.returncode == 0, lines
    said = next(line for line in lines if line.startswith("said: "))
    kept = int(re.search(r"Interrupted: (\d+) of 10 runs ended and are kept", said)[1])
    assert f"left: 0 {10 - kept}" in lines
    assert lines[-1] == "free"
    with Store(tmp_path) as store:
        assert len(store.rows("SELECT 1 FROM run WHERE outcome = 'done'")) == kept


def test_the_r_of_the_readme_runs(library, fashion_mnist, tmp_path):
    """The quick start is run as it stands."""
    (code,) = re.findall(r"```r\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    told = run_r(library, f"setwd('{tmp_path}')\n{code}")
    assert "0.9085" in told.stdout
    assert (tmp_path / "tunegrid-store").is_dir()


def test_the_data_of_ones_own_of_the_documents_is_the_same_in_r(library, tmp_path):
    """R's arrays, by columns, are those of Python: what R has trained is found."""
    text = (ROOT / "STUDIES.md").read_text(encoding="utf-8")
    section = text.partition("## Data of your own")[2].partition("\n## ")[0]
    (code,) = re.findall(r"```r\n(.*?)```", section, flags=re.DOTALL)
    (script,) = re.findall(r"```python\n(.*?)```", section, flags=re.DOTALL)
    assert "layerdense" in run_r(library, f"setwd('{tmp_path}')\n{code}").stdout
    keys = set(read_results("bars", store=tmp_path / "tunegrid-store")["key"])
    (tmp_path / "own.py").write_text(script, encoding="utf-8")
    subprocess.run([sys.executable, "own.py"], cwd=tmp_path, capture_output=True, check=True)
    assert set(read_results("bars", store=tmp_path / "tunegrid-store")["key"]) == keys


def test_r_s_own_tests(library, fashion_mnist):
    """The testthat suite, with this Python: all of it runs, and passes."""
    script = f"""
    testthat::test_dir(
      "{ROOT / "tests" / "testthat"}", package = "tunegrid", load_package = "installed",
      reporter = testthat::CheckReporter
    )
    """
    told = run_r(library, script, NOT_CRAN="true").stdout
    ended = re.search(r"\[ FAIL (\d+) \| WARN (\d+) \| SKIP (\d+) \| PASS (\d+) \]", told)
    assert ended, told
    assert ended.groups()[:3] == ("0", "0", "0"), told


def test_r_names_the_packages_that_python_needs():
    """What R installs or requires is what pyproject.toml says, with TensorFlow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    code = (ROOT / "R" / "python.R").read_text()
    block = code.partition("python_packages <- c(")[2].partition(")")[0]
    extra = project["optional-dependencies"]["tensorflow"]
    assert re.findall(r'"([^"]+)"', block) == [*project["dependencies"], *extra]
    assert f'python_version <- "{project["requires-python"]}"' in code


@pytest.mark.ray
def test_a_cluster_trains_what_r_asks_for(library, two_nodes, fashion_mnist, tmp_path):
    """The argument of the command's name; what comes of it is what local workers give."""
    small = {
        "experiments": "two-layer", "where": "layerdense == 16", "epochs": 1, "train_size": 256,
    }  # fmt: skip
    script = """
      run <- run_grid("kh2021", experiments = "two-layer", where = "layerdense == 16", epochs = 1,
        train_size = 256, store = Sys.getenv("STORE"), executor = "ray",
        ray_address = Sys.getenv("ADDRESS"), quiet = TRUE)
      cat(run$done, run$failed)"""
    told = run_r(library, script, STORE=str(tmp_path / "r"), ADDRESS=two_nodes.address)
    assert told.stdout == "1 0"
    run_grid("kh2021", **small, store=tmp_path / "local")
    found = [
        read_results("kh2021", any=True, store=tmp_path / name).drop(columns="seconds")
        for name in ("r", "local")
    ]
    pd.testing.assert_frame_equal(*found)
