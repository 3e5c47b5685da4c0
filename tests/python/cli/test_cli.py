"""The command, in processes of its own."""

import json
import re
import subprocess
import sys

import pytest
from typer.main import get_command

from tunegrid.cli import app


def _commands(group, *above):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *above, name)
        else:
            yield " ".join([*above, name])


COMMANDS = list(_commands(get_command(app)))
ONE = ["kh2021", "--experiment", "two-layer", "--where", "layer2 == 16 and layerdense == 16"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_an_example(tune_grid, command):
    """A reader of --help sees how the command is used."""
    done = tune_grid(*command.split(), "--help")
    assert done.returncode == 0
    assert re.search(rf"Example:\s+tune-grid {command}", done.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "kh2021", "--sed", "3"], "No such option: --sed"),
        (["run", "kh2022"], "There is no study 'kh2022': give one of conv-followup"),
        (["run"], "Give a study (tune-grid studies lists them), or a grid of your own"),
        (["walk"], "No such command 'walk'"),
        (["run", "kh2021", "--seeds", "x"], "Invalid value for '--seeds'"),
        (["run", "kh2021", "--seeds", "0"], "seeds must be a whole number above 0"),
        (["run", "kh2021", "--where", "layer1 = 16"], "cannot be read: write comparisons"),
        (["run", "kh2021", "--where", "layer1 == 17"], "No configuration meets the condition"),
        (["run", "kh2021", "--where", "leyer1 == 16"], "names leyer1, which is no column here"),
        (["run", "kh2021", "--experiment", "four"], "no experiment of kh2021 called 'four'"),
        (["run", "kh2021", "--experiment", ""], "No experiment is named"),
        (["run", "kh2021", "--set", "dropout=0.3\nfoo=1"], "dropout must be a valid number"),
        (["run", "kh2021", "--protocol", "x"], "no protocol of kh2021 called 'x'"),
        (["run", "kh2021", "--set", "dropout"], "--set needs KEY=VALUE"),
        (["run", "kh2021", "--set", "drop_out=0.3"], "did you mean dropout?"),
        (["run", "kh2021", "--set", "dropout=1.5"], "dropout must be less than 1"),
        (["run", "kh2021", "--grid", "none.csv"], "none.csv cannot be read"),
        (["run", "kh2021", "--data-dir", "none"], "none, which is no folder"),
        (["table", "kh2021", "--format", "excel"], "There is no format 'excel'"),
        (["results", "kh2021", "--preset", "slow"], "There is no preset 'slow'"),
        (["status", "--store", "/etc/hostname"], "is no folder"),
        (["data", "--data-dir", "none"], "none, which is no folder"),
        (["verify"], "There is no store in tunegrid-store"),
        (["repair", "--yes"], "There is no store in tunegrid-store"),
        (["model", "show", "abcd"], "There is no store in tunegrid-store"),
        (["model", "export", "abcd", "m.onnx"], "m.onnx must end in one of"),
    ],
)
def test_a_bad_request_is_one_sentence_and_exit_code_2(tune_grid, words, said):
    """Nothing on standard output, one line on standard error."""
    done = tune_grid(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert said in line


def test_a_store_that_cannot_be_made_is_said_when_the_data_was_found(tune_grid):
    """The data comes first: no empty store is left where it is missing."""
    done = tune_grid("run", "kh2021", "--store", "/proc/self/store")
    assert done.returncode == 2
    *found, said = done.stderr.strip().splitlines()
    assert found[0].startswith("Fashion-MNIST: ")
    assert "cannot be made" in said


def test_a_run_is_told_in_lines_and_stored(tune_grid, tmp_path, fashion_mnist):
    """Without a terminal: one line for each run, and what to read next in the store."""
    done = tune_grid("run", *ONE, "--seeds", 2, "--epochs", 1, "--train-size", 256)
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 runs planned, 2 to train." in done.stderr
    assert "[2/2] two-layer layer1=16 layer2=16 kernel=3 layerdense=16 seed" in done.stderr
    assert "2 runs trained (0 failed), 0 found done" in done.stderr
    table = tune_grid("table", *ONE, "--any", "--format", "json")
    (row,) = json.loads(table.stdout)
    assert (row["study"], row["replicates"], row["published_accuracy"]) == ("kh2021", 2, 0.9085)
    assert (tmp_path / "tunegrid-store" / "results.sqlite").exists()


def test_failed_runs_give_exit_code_1(tune_grid, fashion_mnist):
    """A run that diverges is named, and the exit code tells."""
    wrong = ["--set", "optimizer=sgd", "--set", "learning_rate=1e30"]
    done = tune_grid("run", *ONE, "--epochs", 1, "--train-size", 256, *wrong)
    assert done.returncode == 1
    assert "FAILED: the loss became" in done.stderr
    again = tune_grid("run", *ONE, "--epochs", 1, "--train-size", 256, *wrong)
    assert again.returncode == 1
    assert "add --retry-failed" in again.stderr


def test_a_quick_table_says_that_it_is_no_replication(tune_grid):
    """Above every table, for each experiment, with the agreement below it."""
    done = tune_grid("table", "kh2021", "--experiment", "one-layer,base", "--preset", "quick")
    assert done.returncode == 0
    assert done.stdout.count("NO REPLICATION") == 2
    assert done.stdout.count("2 epochs of 10 000 images") == 2
    assert done.stderr.count("Rank agreement with the published order") == 2


def test_a_single_table_is_all_that_is_printed(tune_grid):
    """What must be said of it is a message, so that its bytes are those of knitr's kable."""
    done = tune_grid("table", "kh2021", "--experiment", "one-layer", "--preset", "quick")
    assert all(line.startswith("|") for line in done.stdout.splitlines())
    assert "NO REPLICATION" in done.stderr


def test_a_table_says_what_it_left_out(tune_grid, small_store):
    """Departing runs are not shown, and not kept secret; the agreement has its n."""
    done = tune_grid("table", "kh2021", "--experiment", "two-layer", "--store", small_store)
    assert "8 runs depart from the protocol (epochs = 2, train_size = 512)" in done.stderr
    shown = tune_grid("table", *ONE[:3], "--any", "--store", small_store)
    assert re.search(r"Kendall's τ = -?\d\.\d\d \(n = 4 configurations\)", shown.stderr)


def test_results_are_a_flat_array_in_json(tune_grid, small_store):
    """Each object names its study."""
    done = tune_grid("results", "kh2021", "--any", "--format", "json", "--store", small_store)
    rows = json.loads(done.stdout)
    assert len(rows) == 8
    assert {row["study"] for row in rows} == {"kh2021"}
    assert all(len(row["key"]) == 64 for row in rows)


def test_show_tells_protocols_and_assumptions(tune_grid):
    """All five differences with their reasons, and every assumption."""
    shown = tune_grid("show", "kh2021").stdout
    for piece in ("scaling = none", "epochs = 50", "batch_size = 128", "L2 and gives no factor"):
        assert piece in shown
    printed = json.loads(
        tune_grid("show", "kh2021", "--experiment", "three-layer", "--format", "json").stdout
    )
    assert (len(printed), printed[0]["accuracy"]) == (35, 0.9013)
    everything = json.loads(tune_grid("show", "kh2021", "--format", "json").stdout)
    assert everything[0]["experiment"] == "one-layer"


def test_data_and_doctor_list_what_is_here(tune_grid, tmp_path):
    """Both are tables; doctor's exit code tells whether a run can be made."""
    rows = json.loads(tune_grid("data", "--format", "json").stdout)
    assert {row["dataset"] for row in rows} == {"mnist", "fashion_mnist", "fashion_mnist_kaggle"}
    found = json.loads(tune_grid("doctor", "--format", "json").stdout)
    states = {row["what"]: row["state"] for row in found}
    assert states["backend tensorflow"] == states["keras"] == "ok"
    harmed = tune_grid("doctor", "--data-dir", tmp_path / "none")
    assert harmed.returncode == 1


def test_a_reader_who_has_had_enough_is_no_error(small_store):
    """`tune-grid results … | head -1` ends without a traceback."""
    command = (
        f"'{sys.executable}' -m tunegrid results kh2021 --any --format csv --store '{small_store}'"
    )
    done = subprocess.run(
        ["bash", "-c", f"for i in 1 2 3; do {command} | head -c 5; done"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "study" * 3
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>/dev/full", ">/dev/full"])
def test_output_that_cannot_be_written_is_no_traceback(tmp_path, closed):
    """A closed or full output ends in a sentence at most."""
    command = f"'{sys.executable}' -m tunegrid status --store '{tmp_path}/none' {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2)


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]])
def test_help_imports_nothing_heavy(words):
    """--help answers at once: neither Keras nor pandas is imported for it."""
    script = f"""
import sys
sys.argv = ["tune-grid", *{words!r}]
from tunegrid.cli import main
try:
    main()
finally:
    heavy = {{"keras", "tensorflow", "pandas", "numpy", "scipy"}} & set(sys.modules)
    assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_version_is_the_package_s(tune_grid):
    """--version prints it."""
    import tunegrid

    assert tune_grid("--version").stdout.strip() == f"tune-grid {tunegrid.__version__}"
