"""The same table from the command and from R's knitr."""

import io
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tunegrid import import_results

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.needs_r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="R: no Rscript on the path"),
]

FORMATS = ["pipe", "simple", "html", "latex", "rst", "jira"]
TABLES = [
    "table kh2021 --experiment three-layer", "table kh2021 --experiment two-layer",
    "table kh2021 --table deltas", "table kh2021 --table depths",
    "table korssjoen2020 --table figure-4", "table dress-in-layers --table log", "studies",
]  # fmt: skip

# A csv file cannot say that a column of nothing but NA holds numbers: its reader is told.
KABLE = """
for (number in seq_len(as.integer(commandArgs(TRUE)[1]))) {
  file <- function(ending) paste0(number, ending)
  names <- readLines(file(".numbers"))
  types <- setNames(rep("numeric", length(names)), names)
  table <- read.csv(file(".csv"), check.names = FALSE, colClasses = types)
  for (form in commandArgs(TRUE)[-1]) {
    writeLines(knitr::kable(table, format = form), file(paste0(".", form)))
  }
}
"""


@pytest.fixture(scope="module")
def printed(in_process, tmp_path_factory):
    """What the command prints of each table in each format."""
    folder = tmp_path_factory.mktemp("tables")
    import_results(ROOT / "reports" / "results" / "kh2021", store=folder / "tunegrid-store")
    return {
        (words, form): in_process(*words.split(), "--format", form, folder=folder).stdout
        for words in TABLES
        for form in [*FORMATS, "csv"]
    }


@pytest.fixture(scope="module")
def knitted(printed, tmp_path_factory):
    """What knitr prints of the csv of each table, by one R for all."""
    folder = tmp_path_factory.mktemp("knitted")
    for number, words in enumerate(TABLES, start=1):
        (folder / f"{number}.csv").write_text(printed[words, "csv"], encoding="utf-8")
        unknown = pd.read_csv(io.StringIO(printed[words, "csv"])).isna().all()
        (folder / f"{number}.numbers").write_text("\n".join([*unknown.index[unknown], ""]))
    told = ["Rscript", "--vanilla", "-e", KABLE, str(len(TABLES)), *FORMATS]
    subprocess.run(told, cwd=folder, check=True, capture_output=True)
    return {
        (words, form): (folder / f"{number}.{form}").read_text(encoding="utf-8")
        for number, words in enumerate(TABLES, start=1)
        for form in FORMATS
    }


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("words", TABLES)
def test_a_table_is_the_same_from_the_command_and_from_knitr(words, form, printed, knitted):
    """Of the same csv, in every byte."""
    assert printed[words, form] == knitted[words, form]
