"""Seeds where they decide, with real runs of a tiny study."""

import subprocess
import sys

import pytest

from tunegrid import (
    SpecError,
    check_claims,
    export_results,
    import_results,
    plan_seeds,
    read_results,
    run_until_decided,
)
from tunegrid.conclusions.decided import read_budget
from tunegrid.store.looks import looks_of
from tunegrid.store.store import Store

TINY = """
schema = 1
id = "tiny"
title = "Two widths"
author = "nobody"
date = "never"
source = "none"
about = "a network that cannot learn beside one that can"
[settings]
dataset = "fashion_mnist"
architecture = "mlp"
activation = "relu"
optimizer = "adam"
batch_size = 64
epochs = 2
train_size = 512
[protocol.once]
title = "as it is said"
[experiment.widths]
title = "widths"
grid.dense1 = [1, 64]
[[claim]]
id = "wider"
text = "The wider network is better."
source = "here"
kind = "mean_greater"
group = "dense1 == 64"
than = "dense1 == 1"
[[claim]]
id = "beauty"
text = "It is beautiful."
source = "here"
kind = "untestable"
why = "no run could tell"
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A study of two configurations, one of which is plainly better."""
    folder = tmp_path_factory.mktemp("study") / "tiny"
    folder.mkdir()
    (folder / "study.toml").write_text(TINY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def calm(fashion_mnist, tiny):
    """What came of it in peace, and the store."""
    store = tiny.with_name("calm")
    return run_until_decided(tiny, budget="10m", workers=1, store=store), store


def looks(store):
    """Give a store's looks without their times, and without what depends on the clock."""
    with Store(store) as opened:
        rows = looks_of(opened, "tiny", "once")
    return [
        (row["claim"], row["number"], row["alpha"], row["runs"], row["average"]) for row in rows
    ]


def test_a_plain_difference_is_decided_and_the_rest_not_spent(tiny, calm):
    """A run each, then three where nothing says how far seeds lie apart; then it stops."""
    done, store = calm
    assert done.stopped == "Every claim that was asked for is decided."
    assert done.spent < 600
    assert done.looks["average"].tolist()[-1] == "holds"
    assert done.looks["alpha"].tolist() == [0.01] * len(done.looks)
    (row,) = check_claims(tiny, claims="wider", store=store).to_dict("records")
    assert (row["verdict"], row["fixed"]) == ("survives", "before")
    again = run_until_decided(tiny, budget="10m", store=store)
    assert (again.trained, again.looks.empty) == (0, True)


def test_a_budget_for_no_run_trains_none_and_says_so(tiny, tmp_path):
    """The claim stays open, and a larger budget can go on."""
    done = run_until_decided(tiny, budget=0.5, store=tmp_path)
    assert (done.trained, done.spent) == (0, 0.0)
    assert done.stopped.startswith("Nothing that may be trained decides more")
    assert "wider stays open" in done.stopped


def test_a_killed_command_goes_on_with_the_same_looks(tiny, calm, tmp_path):
    """SIGKILL after the first run; the runs and the looks are those of a calm day."""
    command = [
        sys.executable, "-m", "tunegrid", "run", str(tiny), "--until-decided", "--budget", "10m",
        "--workers", "1", "--store", str(tmp_path),
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as driver:
        next(line for line in driver.stderr if line.startswith("[1/"))
        driver.kill()
    subprocess.run(command, check=True, capture_output=True)
    assert looks(tmp_path) == looks(calm[1])
    keys = [set(read_results(tiny, store=store)["key"]) for store in (calm[1], tmp_path)]
    assert keys[0] == keys[1]


def test_an_export_takes_the_looks_along(tiny, calm, tmp_path):
    """With the first, where counting began and nothing was judged yet."""
    export_results(tiny, tmp_path / "out", store=calm[1])
    import_results(tmp_path / "out", store=tmp_path / "there")
    assert looks(tmp_path / "there") == looks(calm[1])
    assert ("wider", 0, 0.0, 0, "") in looks(tmp_path / "there")


def test_a_plan_says_what_would_decide(tiny, tmp_path):
    """Before any run: one of each; what no run can test is not planned."""
    found = plan_seeds(tiny, store=tmp_path).set_index("claim")
    assert found.loc["wider", "further_runs"] == 2
    assert found.loc["beauty", "why"] == "no run could tell"
    assert "a run counts as a minute" in found.attrs["said"][0]


def test_a_plan_counts_the_time_of_all_further_runs(kept):
    """Also where other cells have more runs than the best division would give them."""
    found = plan_seeds("kh2021", claims="best-three-layer", store=kept).iloc[0]
    assert found["further_runs"] > 0
    assert found["seconds"] > 60 * found["further_runs"]


@pytest.mark.parametrize("wrong", ["soon", "-1h", "0", "2 weeks", ""])
def test_a_budget_is_a_time(wrong):
    """In a sentence."""
    with pytest.raises(SpecError, match="A budget is a time as 90, 20m, 2h or 1d"):
        read_budget(wrong)


@pytest.mark.parametrize("words", ["--epochs 1", "--keep-models", "--retry-failed"])
def test_what_departs_from_the_protocol_has_no_place(tiny, tune_grid, words):
    """Seeds are spent on the study as it is, and nothing that is asked for is passed over."""
    done = tune_grid("run", str(tiny), "--until-decided", *words.split())
    assert done.returncode == 2
    assert f"--until-decided and {words.split()[0]} do not go together" in done.stderr


@pytest.mark.parametrize("words", ["--claim wider", "--budget 2h"])
def test_a_whole_grid_is_not_trained_for_a_claim(tiny, tune_grid, words):
    """Nor beyond a budget: both say where seeds go."""
    done = tune_grid("run", str(tiny), *words.split())
    assert done.returncode == 2
    assert f"{words.split()[0]} goes with --until-decided" in done.stderr


def test_nothing_to_decide_is_said(tiny, tmp_path):
    """A claim that no run could test."""
    with pytest.raises(SpecError, match="No claim of tiny that is asked for can be decided"):
        run_until_decided(tiny, claims="beauty", store=tmp_path)
