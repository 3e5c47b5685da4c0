"""`run_grid`: what is missing is trained, once."""

import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from tunegrid import (
    DataError,
    FailedRunsWarning,
    Progress,
    RunError,
    SpecError,
    comparison_table,
    read_results,
    run_grid,
)
from tunegrid.data.sources import find_dataset
from tunegrid.store.store import Store

QUICK = {"experiments": "two-layer", "epochs": 1, "train_size": 256}
SCORES = ["loss", "accuracy", "train_accuracy", "val_loss", "best_accuracy", "key"]


class Heard(Progress):
    """Remembers what happened."""

    def __init__(self):
        self.lines = []

    def done(self, planned, result):
        self.lines.append("done")

    def failed(self, planned, text, *, final):
        self.lines.append(f"failed {text}")

    def notice(self, text):
        self.lines.append(text)


def scores(store):
    """Give all that was measured, and no times."""
    return read_results("kh2021", any=True, store=store)[SCORES]


@pytest.fixture
def only_fashion_mnist(fashion_mnist, tmp_path, monkeypatch):
    """A machine on which MNIST is nowhere, and cannot be downloaded."""
    path = find_dataset("fashion_mnist", download=False).path
    here = tmp_path / "debian"
    here.mkdir()
    (here / ("fashion_mnist.npz" if path.suffix else "fashion-mnist")).symlink_to(path)
    monkeypatch.delenv("TUNEGRID_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("tunegrid.data.sources.DEBIAN_FOLDER", here)
    monkeypatch.setattr("tunegrid.data.sources.interpreter", lambda: "false")


def test_repeating_a_call_trains_nothing(small_store):
    """What is done is found."""
    again = run_grid(
        "kh2021", experiments="two-layer", where="layerdense <= 32", epochs=2, train_size=512,
        seeds=2, store=small_store,
    )  # fmt: skip
    assert (again.planned, again.found, again.done) == (8, 8, 0)


def test_more_seeds_train_only_the_new_replicates(fashion_mnist, tmp_path):
    """Replicates are numbered, and those that are there stay."""
    where = "layer2 == 16 and layerdense == 16"
    first = run_grid("kh2021", where=where, store=tmp_path, **QUICK)
    before = scores(tmp_path)
    second = run_grid("kh2021", where=where, seeds=3, store=tmp_path, **QUICK)
    assert (first.done, second.found, second.done) == (1, 1, 2)
    assert scores(tmp_path).iloc[0].equals(before.iloc[0])


def test_a_run_that_two_experiments_share_is_trained_once(fashion_mnist, tmp_path):
    """The base CNN with dropout and L2 is a cell of the three-layer grid."""
    where = "conv_layers == 3 and layer1 == 32 and layer3 == 32 and layerdense == 32 and l2 > 0"
    settings = {"where": where, "epochs": 1, "train_size": 256, "store": tmp_path}
    summary = run_grid("kh2021", **settings)
    assert (summary.planned, summary.done) == (1, 1)
    rows = read_results("kh2021", any=True, store=tmp_path)
    assert rows["experiment"].tolist() == ["three-layer", "base"]
    assert rows["accuracy"].nunique() == 1


def test_a_run_that_diverges_is_recorded_and_the_grid_goes_on(fashion_mnist, tmp_path):
    """A failure is a result; it is tried again only when told to."""
    settings = {
        "experiments": "base", "where": "model != 'cnn_dropout'", "epochs": 1, "train_size": 256,
        "set": {"optimizer": "sgd", "learning_rate": 1e30}, "store": tmp_path,
    }  # fmt: skip
    warned = pytest.warns(FailedRunsWarning, match="2 of 2 runs failed: 2 × diverged: the loss")
    with warned:
        first = run_grid("kh2021", **settings)
    assert (first.done, first.failed) == (0, 2)
    with warned:
        again = run_grid("kh2021", **settings)
    assert (again.failed, again.failed_before) == (0, 2)
    with warned:
        assert run_grid("kh2021", retry_failed=True, **settings).failed == 2
    table = comparison_table("kh2021", experiments="base", any=True, store=tmp_path)
    assert table["failed"].sum() == 2
    rows = read_results("kh2021", any=True, store=tmp_path)
    assert rows["failure"].tolist() == ["diverged", "diverged"]
    assert rows["accuracy"].isna().all()
    assert rows["message"].str.contains("in epoch 1 of 1").all()


def test_a_worker_killed_again_and_again_is_a_failed_run(fashion_mnist, tmp_path):
    """A run whose worker dies is tried three times, and the grid ends."""

    class Killer(Heard):
        def epoch(self, planned):
            for worker in psutil.Process().children():
                worker.kill()

    heard = Killer()
    where = "layer2 == 16 and layerdense == 16"
    settings = {"experiments": "two-layer", "where": where, "epochs": 50, "train_size": 256}
    with pytest.warns(FailedRunsWarning, match="1 of 1 run failed: 1 × killed"):
        summary = run_grid("kh2021", progress=heard, store=tmp_path, **settings)
    assert (summary.done, summary.failed) == (0, 1)
    assert sum("SIGKILL" in line for line in heard.lines) == 3
    (row,) = read_results("kh2021", any=True, store=tmp_path).itertuples()
    assert (row.outcome, row.failure) == ("failed", "killed")


def test_the_weights_of_the_best_run_are_kept(small_store):
    """One file an experiment, of its most accurate run, unless all are asked for."""
    rows = read_results("kh2021", any=True, store=small_store)
    best = rows.loc[rows["accuracy"].astype(float).idxmax()]
    assert [file.name for file in (small_store / "models").iterdir()] == [
        f"{best['key']}.weights.h5"
    ]


def test_all_weights_are_kept_when_asked_for(fashion_mnist, tmp_path):
    """--keep-models keeps the weights of every run."""
    summary = run_grid(
        "kh2021",
        where="layer2 <= 32 and layerdense <= 32",
        keep_models=True,
        store=tmp_path,
        **QUICK,
    )
    assert len(list((tmp_path / "models").iterdir())) == summary.done == 4


def test_a_run_says_where_its_data_is(fashion_mnist, tmp_path):
    """The source of the images is never a secret."""
    heard = Heard()
    where = "layer2 == 16 and layerdense == 16"
    run_grid("kh2021", where=where, progress=heard, store=tmp_path, **QUICK)
    source = find_dataset("fashion_mnist", download=False)
    assert heard.lines[0] == f"Fashion-MNIST: {source.path} ({source.origin})."


@pytest.mark.usefixtures("only_fashion_mnist")
def test_what_lacks_its_data_is_left_out_by_name(tmp_path):
    """An experiment whose data set is not to be had is named, with what to do."""
    summary = run_grid(
        "kh2021", experiments="compare", where="model == 'ANN'", epochs=1, train_size=256,
        store=tmp_path,
    )  # fmt: skip
    (left,) = summary.left_out
    assert (left.experiment, left.dataset, left.configurations, left.of) == (
        "compare",
        "mnist",
        1,
        2,
    )
    assert "mnist.npz" in left.reason
    assert summary.done == 1


@pytest.mark.usefixtures("only_fashion_mnist")
def test_nothing_to_learn_from_is_an_error(tmp_path):
    """When every configuration lacks its data, there is nothing to run."""
    with pytest.raises(DataError, match="MNIST was not found"):
        run_grid("kh2021", where="dataset == 'mnist'", store=tmp_path)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (
            {"seeds": 0},
            SpecError,
            "seeds must be a whole number above 0 (and below 1000000), not 0",
        ),
        ({"workers": 1.5}, SpecError, "workers must be a whole number above 0"),
        ({"time_limit": -1}, SpecError, "time_limit must be a number above 0"),
        (
            {"seeds": float("inf")},
            SpecError,
            "seeds must be a whole number above 0 (and below 1000000), not inf",
        ),
        ({"engine": "warp"}, RunError, "no engine 'warp': choose from tensorflow, reference"),
        ({"preset": "slow"}, SpecError, "no preset 'slow': choose from full, quick"),
        (
            {"epochs": 1, "set": {"epochs": 2}},
            SpecError,
            "Give epochs, or epochs in set, not both.",
        ),
        ({"grid": [{"layer1": 8}]}, SpecError, "needs exactly one experiment"),
    ],
)
def test_a_bad_request_changes_nothing(tmp_path, wrong, error, said):
    """It is refused before a store is made."""
    with pytest.raises(error, match=re.escape(said)):
        run_grid("kh2021", store=tmp_path / "store", **wrong)
    assert not (tmp_path / "store").exists()


def test_a_missing_backend_is_named_with_its_extra(monkeypatch, tmp_path):
    """Without TensorFlow the message says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"pip install 'tunegrid\[tensorflow\]'"):
        run_grid("kh2021", store=tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        *(pytest.param(one, marks=pytest.mark.long) for one in (signal.SIGINT, signal.SIGKILL)),
    ],
)
def test_interrupted_and_repeated_only_what_is_missing_is_trained(fashion_mnist, tmp_path, number):
    """Ctrl-C, a polite kill or a rude one: what was done is kept, the rest is trained, no more."""
    command = [
        sys.executable, "-m", "tunegrid", "run", "kh2021", "--experiment", "two-layer",
        "--where", "layerdense <= 32", "--epochs", "2", "--train-size", "1024",
        "--workers", "1", "--store", str(tmp_path / "store"),
    ]  # fmt: skip
    # A shell's background job would hand down a SIGINT that is ignored.
    normal = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **normal) as driver:
        for line in driver.stderr:
            if line.startswith("[2/4]"):
                workers = psutil.Process(driver.pid).children()
                driver.send_signal(number)
                break
        rest = driver.stderr.read()
    assert driver.returncode == (-9 if number == signal.SIGKILL else 130)
    assert ("2 of 4 runs ended and are kept" in rest) == (number != signal.SIGKILL)
    assert "Traceback" not in rest
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert alive == []
    repeated = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "4 runs planned, 2 to train" in repeated.stderr
    with Store(tmp_path / "store") as store:
        ended = [row[0] for row in store.rows("SELECT outcome FROM attempt ORDER BY id")]
    # The signal may come between two runs: then nothing was in training.
    assert sorted(ended) in (["done"] * 4, ["done"] * 4 + ["interrupted"])
