"""What is built holds every file: the wheel, the source distribution, and R's tarball."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import tunegrid

PACKAGE = Path(tunegrid.__file__).parent
ROOT = PACKAGE.parents[1]

#: Files that are no code: read while the program runs, and not missed before.
DATA = {
    "knitr/base_r": {"widths.csv"},
    "report/templates": {
        "_output.yml", "after.html", "again.Rmd", "audit.Rmd", "before.html", "claims.Rmd",
        "drawing.R", "header.tex", "model.html", "overview.Rmd", "page.R", "page.css", "page.js",
        "paper.R", "protocols.Rmd", "quarto.yml", "reading.R", "render.R", "runs.R", "study.Rmd",
        "tables.Rmd", "verdicts.Rmd",
    },
    "store": {"schema.sql"},
    "study/shipped/conv-followup": {"study.toml", "accuracy.csv"},
    "study/shipped/dress-in-layers": {"study.toml", "best.csv", "history.csv", "layers.csv"},
    "study/shipped/kh2021": {
        "study.toml", "compare.csv", "depth-summary.csv", "layers.csv", "models.csv",
        "one-layer.csv", "three-layer.csv", "two-layer.csv",
    },
    "study/shipped/korssjoen2020": {
        "study.toml", "accuracy.csv", "figure-2-fully-connected.csv", "figure-4-convolutional.csv",
    },
    "study/shipped/nn-modelling": {
        "study.toml", "architecture.csv", "batch-size.csv", "layers.csv", "learning-rate.csv",
        "optimizer.csv", "stages.csv",
    },
}  # fmt: skip
LISTED = {f"{folder}/{name}" for folder, names in DATA.items() for name in names}
CODE = {str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with a wheel and a source distribution, built from here."""
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_list_is_what_lies_there():
    """A data file that is added is added to the list."""
    ignored = {".py", ".pyc"}
    files = (file for file in PACKAGE.rglob("*") if file.is_file() and file.suffix not in ignored)
    assert {str(file.relative_to(PACKAGE)) for file in files} == LISTED


def test_the_wheel_holds_every_file(built):
    """And nothing of the tests."""
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {name.removeprefix("tunegrid/") for name in names if name.startswith("tunegrid/")}
    assert inside == LISTED | CODE


def test_the_source_distribution_holds_every_file(built):
    """Where the wheel is built from; R's link to it is no second copy."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    inside = {name.removeprefix("python/tunegrid/") for name in names if name.startswith("python/")}
    assert inside == LISTED | CODE
    assert not any(name.startswith("inst/python") for name in names)
