"""`tune-grid data` lists, and `tune-grid data check` looks into one."""

import json
import re

import pytest


def test_help_says_both(tune_grid):
    """The list's own options and example, and what else there is."""
    shown = tune_grid("data", "--help").stdout
    assert re.search(r"Example: tune-grid data --data-dir", shown)
    assert "--format" in shown
    assert re.search(r"check +Look at a data set", shown)
    shown = tune_grid("data", "check", "--help").stdout
    assert all(option in shown for option in ("NAME", "--store", "--data-dir", "--format"))
    assert "--set validation=fold --set folds=6 --set fold=1." in shown


def test_the_list_is_as_before(tune_grid):
    """With its own options, and nothing on standard error."""
    done = tune_grid("data", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "fashion_mnist" in {row["dataset"] for row in json.loads(done.stdout)}


def test_a_data_set_is_checked(tune_grid, fashion_mnist, tmp_path):
    """The table to standard output; which data it was, and what is not known, are messages."""
    done = tune_grid("data", "check", "fashion_mnist", "--store", tmp_path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"\|check +\|part +\| count\|detail +\|", lines[0])
    assert re.fullmatch(r"\|examples +\|train +\| 60000\|28 × 28 pixels, uint8, .*", lines[2])
    caption, note = done.stderr.splitlines()
    assert caption.startswith("Fashion-MNIST, digest ")
    assert note.startswith(f"No run in {tmp_path} held out training examples of this data")
    rows = json.loads(tune_grid("data", "check", "fashion_mnist", "--format", "json").stdout)
    assert (rows[0]["count"], rows[0]["low"], rows[0]["high"]) == (60_000, 0, 255)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "Missing argument 'NAME'"),
        (["check", "mnst"], "There is no data set 'mnst': give one of fashion_mnist, mnist, "),
        (["check", "none.csv"], "There is no file none.csv"),
        (["check", "mnist", "--data-dir", "none"], "none, which is no folder"),
        (["check", "mnist", "--format", "excel"], "There is no format 'excel'"),
        (["--format", "csv", "check", "mnist"], "Options come last, as in: tune-grid data check"),
        (["mend", "mnist"], "No such command 'mend'"),
    ],
)
def test_a_bad_request_is_one_sentence_and_exit_code_2(tune_grid, words, said):
    """Nothing on standard output, one line on standard error."""
    done = tune_grid("data", *words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.strip().splitlines()
    assert said in line
