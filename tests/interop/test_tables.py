"""The same table from the command and from R's knitr."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tunegrid import import_results

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.needs_r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="R: no Rscript on the path"),
]

# A csv file cannot say that a column of nothing but NA holds numbers: its reader is told.
KABLE = """
told <- commandArgs(TRUE)
numbers <- strsplit(told[2], ",")[[1]]
types <- setNames(rep("numeric", length(numbers)), numbers)
table <- read.csv("table.csv", check.names = FALSE, colClasses = types)
writeLines(knitr::kable(table, format = told[1]))
"""


def printed(words, folder, *, csv=False):
    """Give what a command prints on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "tunegrid", *words, *(["--format", "csv"] if csv else [])],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a store that has the runs of reports/results."""
    place = tmp_path_factory.mktemp("tables")
    import_results(ROOT / "reports" / "results" / "kh2021", store=place / "tunegrid-store")
    return place


@pytest.mark.parametrize("form", ["pipe", "simple", "html", "latex", "rst", "jira"])
@pytest.mark.parametrize(
    "words",
    ["table kh2021 --experiment three-layer", "table kh2021 --experiment two-layer",
     "table kh2021 --table deltas", "table kh2021 --table depths",
     "table korssjoen2020 --table figure-4", "table dress-in-layers --table log", "studies"],
)  # fmt: skip
def test_a_table_is_the_same_from_the_command_and_from_knitr(words, form, folder):
    """Of the same csv, in every byte."""
    (folder / "table.csv").write_text(printed(words.split(), folder, csv=True), encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", KABLE, form],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert printed([*words.split(), "--format", form], folder) == done.stdout
