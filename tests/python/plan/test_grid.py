"""Grid rules expand to the published rows, and every setting is resolved."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunegrid import SpecError, load_study
from tunegrid.plan.grid import configurations
from tunegrid.study.experiment import Experiment
from tunegrid.study.own_grid import read_grid
from tunegrid.study.study import Study

KH2021 = load_study("kh2021")
TABLES = ("one-layer", "two-layer", "three-layer")

levels = st.lists(st.integers(1, 30), min_size=1, max_size=4, unique=True).map(tuple)
factors = st.dictionaries(
    st.sampled_from(["epochs", "batch_size", "layer1", "layerdense"]), levels, min_size=1
)


def study_of(grid, **more):
    """Make a study around a grid."""
    settings = {"dataset": "mnist", "architecture": "conv_stack", "epochs": 1, "layer1": 1}
    experiment = Experiment(title="t", grid=grid, settings={"layerdense": 1}, **more)
    return Study(
        schema_version=1, id="s", title="t", author="a", date="2021-01-01", source="s", about="a",
        settings=settings, protocols={"p": {"title": "t"}}, experiments={"e": experiment},
        folder=".",
    )  # fmt: skip


@given(factors)
def test_a_full_grid_is_the_product_of_its_levels(grid):
    """Every combination comes once."""
    found = [tuple(one.columns.values()) for one in configurations(study_of(grid))]
    assert len(found) == len(set(found)) == math.prod(map(len, grid.values()))


@given(factors)
def test_the_first_factor_runs_fastest(grid):
    """The order is that of R's expand.grid, which fixes how ties are sorted."""
    found = [list(one.columns.values()) for one in configurations(study_of(grid))]
    places = [[list(grid.values())[i].index(v) for i, v in enumerate(row)] for row in found]
    assert places == sorted(places, key=lambda row: row[::-1])


@pytest.mark.parametrize("experiment", TABLES)
def test_the_rules_of_kh2021_give_exactly_the_published_rows(experiment):
    """10, 20 and 35 rows; sorted as the source sorts, ties included, they are its tables."""
    printed = KH2021.published(experiment)
    accuracy = {_columns(row): row["accuracy"] for row in printed}
    ours = [_columns(one.columns) for one in configurations(KH2021, experiments=experiment)]
    assert sorted(ours, key=lambda row: -accuracy[row]) == [_columns(row) for row in printed]


def _columns(row):
    return tuple(row[name] for name in ("layer1", "layer2", "layer3", "layerdense") if name in row)


def _one(experiment, where, protocol="as-run"):
    (found,) = configurations(KH2021, experiments=experiment, where=where, protocol=protocol)
    return found.settings


def test_as_run_is_what_the_script_does():
    """The five differences of the script, each where it applies and nowhere else."""
    grid = _one("two-layer", "layer2 == 16 and layerdense == 16")
    cnn = _one("compare", "model == 'Best-tuned CNN' and dataset == 'mnist'")
    fashion = _one("compare", "model == 'Best-tuned CNN' and dataset == 'fashion_mnist'")
    ann = _one("compare", "model == 'ANN' and dataset == 'fashion_mnist'")
    names = ("scaling", "orientation", "epochs", "batch_size", "reported_loss")
    assert [[one[name] for name in names] for one in (grid, cnn, fashion, ann)] == [
        ["none", "transposed", 20, 64, "training"],
        ["unit", "upright", 50, 64, "training"],
        ["none", "transposed", 50, 64, "training"],
        ["unit", "transposed", 20, 128, "training"],
    ]


def test_as_described_is_what_the_report_says():
    """Scaled pixels, upright, 20 epochs, batches of 64, everywhere."""
    found = configurations(
        KH2021, protocol="as-described", where="experiment != 'one-change' or changed == 'nothing'"
    )
    names = ("scaling", "orientation", "epochs", "batch_size", "reported_loss", "optimizer")
    assert {tuple(one.settings[name] for name in names) for one in found} == {
        ("unit", "upright", 20, 64, "validation", "rmsprop")
    }
    assert len(found) == 71 + 2 + 6  # dropout alone is in the script only


def test_an_override_marks_a_departure_only_where_it_changes_something():
    """The protocol's own value is no departure, and 60 000 images are all of them."""
    changed = {"epochs": 20, "train_size": 60_000, "kernel": 5}
    found = configurations(KH2021, experiments="compare", overrides=changed)
    departures = {tuple(one.columns.values()): one.departures for one in found}
    assert departures["ANN", "mnist"] == {}
    assert departures["Best-tuned CNN", "mnist"] == {"epochs": 20, "kernel": 5}


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"dense1": 5}, "--set dense1 means nothing.*their models have no use for it"),
        ({"momentum": 0.5, "optimizer": "adam"}, "--set momentum means nothing"),
        ({"train_size": 60_001}, "train_size = 60001 is more than the 60000 training images"),
        ({"validation": "last"}, "validation_size belongs to"),
        ({"kernel": 5}, "--set kernel means nothing .* it is a column of their grid"),
    ],
)
def test_an_override_that_cannot_be_is_refused(overrides, said):
    """Nothing is overridden silently in vain."""
    with pytest.raises(SpecError, match=said):
        configurations(KH2021, experiments="two-layer", overrides=overrides)


def test_a_column_of_the_grid_is_what_it_says():
    """Overrides leave columns alone, and so do the protocol's differences."""
    found = configurations(KH2021, experiments="base,two-layer", overrides={"dropout": 0.3})
    dropouts = {one.experiment: {} for one in found}
    for one in found:
        dropouts[one.experiment][one.settings["dropout"]] = one.departures
    assert dropouts == {"two-layer": {0.3: {"dropout": 0.3}}, "base": {0.0: {}, 0.5: {}}}
    swept = study_of({"scaling": ("none", "unit")}, when=[{"set": {"scaling": "unit"}}])
    assert [one.settings["scaling"] for one in configurations(swept)] == ["none", "unit"]


def test_overrides_work_together():
    """What decides the meaning of others comes first, in whatever order they are given."""
    overrides = {"momentum": 0.9, "optimizer": "sgd"}
    for order in (overrides, dict(reversed(overrides.items()))):
        found = configurations(study_of({"layer1": (1,)}), overrides=order)
        assert found[0].departures == overrides
    other = {"dense1": 8, "architecture": "dense_stack"}
    assert configurations(study_of({"epochs": (1,)}), overrides=other)[0].departures == other


def test_all_images_depart_from_a_study_of_fewer():
    """train_size 60 000 is no departure only where the protocol has all images too."""
    own = study_of({"layer1": (1,)}).model_copy(update={})
    own.settings["train_size"] = 5_000
    (found,) = configurations(own, overrides={"train_size": 60_000})
    assert found.departures == {"train_size": 60_000}
    assert "train_size" not in found.settings


def test_a_condition_picks_configurations():
    """Conditions name columns, settings, experiment and conv_layers."""
    count = {
        "layer1 == 16 and layerdense == 16": 4,
        "conv_layers == 2": 33,
        "conv_layers == 2 and experiment not in ('one-change', 'keras-2')": 22,
        "dataset == 'mnist'": 2,
        "experiment == 'base'": 3,
        "epochs == 50": 6,
    }
    for where, expected in count.items():
        assert len(configurations(KH2021, where=where)) == expected, where


def test_a_condition_that_leaves_nothing_is_an_error():
    """So is one on a column that the chosen experiments do not have."""
    with pytest.raises(SpecError, match="No configuration meets"):
        configurations(KH2021, where="layer1 == 17")
    with pytest.raises(SpecError, match="names layer3"):
        configurations(KH2021, experiments="one-layer", where="layer3 == 16")


def test_a_grid_of_one_s_own_takes_the_experiment_s_settings(tmp_path):
    """Rows of a csv take the grid's place, and their runs are marked."""
    file = tmp_path / "grid.csv"
    file.write_text("layer1,layer2,layerdense\n8,8,8\n8,16,16\n")
    found = configurations(KH2021, experiments="two-layer", grid=read_grid(file))
    assert [one.columns["layer2"] for one in found] == [8, 16]
    assert all(one.departures == {"grid": "own"} for one in found)
    assert found[0].settings["scaling"] == "none"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layer1,layerdense\n", "has no rows"),
        ("layer1,layerdense\n8\n", "row 1 of .* does not have one cell a column"),
        ("layer1,layer1,layerdense\n8,9,8\n", "more than one column layer1"),
        ("layer1,layerdense\n8,NA\n", "row 1 of .* has no value for layerdense"),
        ("layer1,dense\n8,8\n", "the column dense is neither a setting nor"),
        ("layer1,layerdense\n8,x\n", "layerdense must be a valid integer, not 'x'"),
    ],
)
def test_a_bad_grid_is_one_clear_error(tmp_path, text, said):
    """What is wrong with a csv is said by row and column."""
    file = tmp_path / "grid.csv"
    file.write_text(text)
    with pytest.raises(SpecError, match=said):
        configurations(KH2021, experiments="one-layer", grid=read_grid(file))
