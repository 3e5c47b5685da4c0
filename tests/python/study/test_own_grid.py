"""Grids of one's own, and models of one's own."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from tunegrid import (
    SpecError,
    comparison_table,
    export_model,
    export_results,
    import_results,
    model_json,
    own_study,
    read_results,
    run_grid,
    verify_store,
)
from tunegrid.architectures import read_model
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.study.own_grid import read_grid

TINY = {"epochs": 1, "train_size": 256}
WIDTHS = [{"width": 4}, {"width": 8}]


def network(row, **names):
    """A small network, its layers called as one likes."""
    import keras

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(row["width"], activation="relu", **names),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def two_paths(row):
    """A functional model, whose layers refer to each other by name."""
    import keras

    image = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten()(image)
    paths = [keras.layers.Dense(row["width"], activation=kind)(flat) for kind in ("relu", "tanh")]
    joined = keras.layers.Concatenate()(paths)
    return keras.Model(image, keras.layers.Dense(10, activation="softmax")(joined))


def _keys(study):
    return [one.key for one in plan(configurations(study))]


@pytest.fixture(scope="module")
def mine(fashion_mnist, tmp_path_factory):
    """A store with two replicates of two models of one's own."""
    store = tmp_path_factory.mktemp("mine") / "store"
    run_grid(grid=WIDTHS, model=network, name="mine", seeds=2, store=store, set=TINY)
    return store


def test_a_grid_of_an_architecture_needs_no_study(fashion_mnist, tmp_path):
    """Its columns are the architecture's parameters; nothing departs from anything."""
    grid = pd.DataFrame({"layer1": [8, 16], "layerdense": 16})
    done = run_grid(grid=grid, model="conv_stack", store=tmp_path, **TINY)
    assert (done.planned, done.done) == (2, 2)
    results = read_results(done.study, store=tmp_path)
    assert results["layer1"].tolist() == [8, 16]
    assert results["departures"].tolist() == ["", ""]


def test_a_function_makes_a_model_for_each_row(mine):
    """It trains in workers, and its columns stay numbers."""
    table = comparison_table("mine", store=mine)
    assert table["width"].tolist() == [4, 8]
    assert table["replicates"].tolist() == [2, 2]
    assert read_results("mine", store=mine)["parameters"].tolist() == [3190, 3190, 6370, 6370]


def test_a_grid_that_is_repeated_trains_nothing(mine):
    """Models with the same layers are the same runs, whatever the layers are called."""
    again = run_grid(
        grid=WIDTHS, model=lambda row: network(row, name="hidden"), name="again", seeds=2,
        store=mine, set=TINY,
    )  # fmt: skip
    assert (again.found, again.done) == (4, 0)


def test_numbers_of_r_are_the_same_numbers(mine):
    """16.0 is 16, in what a function is given too."""
    grid = [{"width": 4.0}, {"width": 8.0}]
    study = own_study(
        grid, model=lambda row: network({"width": int(row["width"])}), name="mine", set=TINY
    )
    assert _keys(study) == _keys(own_study(WIDTHS, model=network, name="mine", set=TINY))
    assert [one.columns for one in configurations(study)] == WIDTHS


def test_a_functional_model_is_trained(fashion_mnist, tmp_path):
    """With several paths from image to class."""
    done = run_grid(grid=[{"width": 4}], model=two_paths, store=tmp_path, set=TINY)
    assert (done.done, done.failed) == (1, 0)


def test_a_store_of_own_grids_is_whole(mine):
    """Plans, keys, predictions and weights."""
    assert verify_store(store=mine)["found"].sum() == 0


def test_a_model_of_ones_own_is_exported_for_keras(mine, tmp_path):
    """With its weights, when they were kept."""
    import keras

    best = read_results("mine", store=mine).sort_values("val_accuracy")["key"].iloc[-1]
    exported = export_model(best, tmp_path / "mine.keras", store=mine)
    assert keras.models.load_model(exported.file).count_params() in (3190, 6370)


def test_an_own_grid_travels(mine, tmp_path):
    """Out of one store, into another, by its name."""
    export_results("mine", tmp_path / "folder", store=mine)
    import_results(tmp_path / "folder", store=tmp_path / "store")
    before, after = (comparison_table("mine", store=store) for store in (mine, tmp_path / "store"))
    pd.testing.assert_frame_equal(before, after)


def test_json_says_nothing_of_versions_and_names():
    """Nor nulls and defaults."""
    text = model_json(network({"width": 4}, name="hidden"))
    dense = json.loads(text)["config"]["layers"][2]
    assert dense["config"] == {"activation": "relu", "name": "layer_4", "units": 4}
    assert "keras_version" not in text
    assert "null" not in text.replace("[null, 28, 28, 1]", "")


def test_the_json_of_a_model_is_pinned():
    """It is part of every key: nobody changes its form without raising the revision."""
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 28, 28, 1]}},
        {"class_name": "Flatten", "config": {}},
        {"class_name": "Dense", "config": {"activation": "relu", "units": 4}},
        {"class_name": "Dropout", "config": {"rate": 0.2}},
        {"class_name": "Dense", "config": {"activation": "softmax", "units": 10}},
    ]
    for number, layer in enumerate(layers, start=2):
        layer["config"]["name"] = f"layer_{number}"
        layer["module"] = "keras.layers"
    config = {"layers": layers, "name": "layer_1"}
    pinned = {"class_name": "Sequential", "config": config, "module": "keras"}
    assert model_json(network({"width": 4})) == json.dumps(pinned, sort_keys=True)


def test_a_model_that_loses_a_layer_in_json_is_refused():
    """One layer object in two places, which Keras drops without an error."""
    import keras

    twice = keras.layers.LeakyReLU(negative_slope=0.1)
    layers = [keras.layers.Dense(5), twice, keras.layers.Dense(5), twice]
    end = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *layers, end])
    with pytest.raises(SpecError, match="6 layers became 5"):
        model_json(model)


def normalised(layer):
    """A network that begins with a layer."""
    import keras

    return keras.Sequential(
        [keras.Input((28, 28, 1)), layer, keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
    )


def test_a_layer_that_was_adapted_to_data_is_refused():
    """Its JSON does not say what it learned; what is given as arguments is there."""
    import keras

    layer = keras.layers.Normalization(axis=None, name="learned")
    layer.adapt(np.arange(784.0).reshape(1, 28, 28, 1))
    with pytest.raises(SpecError, match="The layer learned was adapted to data"):
        model_json(normalised(layer))
    given = model_json(normalised(keras.layers.Normalization(axis=None, mean=9.0, variance=4.0)))
    assert '"mean": 9.0' in given


def test_a_layer_with_more_than_its_json_says_is_refused():
    """Whatever it is: the model of the JSON computes something else."""
    import keras

    layer = keras.layers.Rescaling(0.5, name="changed")
    layer.offset = 0.25
    layer.get_config = lambda: {"scale": 0.5, "offset": 0.0, "name": "changed"}
    with pytest.raises(SpecError, match="The layer changed holds something that is not in its"):
        model_json(normalised(layer))


def test_code_is_refused():
    """A Lambda is Python code."""
    import keras

    code = keras.layers.Lambda(lambda x: x)
    layers = [keras.layers.Flatten(), code, keras.layers.Dense(10, activation="softmax")]
    with pytest.raises(SpecError, match="has the layer Lambda, and it runs code"):
        model_json(keras.Sequential([keras.Input((28, 28, 1)), *layers]))


def _ending_in(*layers):
    import keras

    body = [keras.Input((28, 28, 1)), keras.layers.Flatten(), *layers]
    return keras.Sequential(body)


def test_layers_that_need_their_defaults_keep_them():
    """And layers that hold other layers."""
    import keras

    layers = keras.layers
    for layer in (layers.Rescaling(1 / 255), layers.SpectralNormalization(layers.Dense(3))):
        model = _ending_in(layer, layers.Dense(10, activation="softmax"))
        assert model_json(read_model(model_json(model))) == model_json(model)


def test_what_gives_no_probabilities_is_refused():
    """The loss takes their logarithm."""
    import keras

    with pytest.raises(SpecError, match="end it with a softmax"):
        model_json(_ending_in(keras.layers.Dense(10)))


def test_a_preset_does_not_overrule_what_is_said(fashion_mnist, tmp_path):
    """Of a grid of one's own, which has no protocol to depart from."""
    done = run_grid(grid=WIDTHS[:1], model=network, store=tmp_path, preset="quick", **TINY)
    (row,) = read_results(done.study, store=tmp_path).to_dict("records")
    assert (row["epochs"], row["departures"]) == (1, "")


def test_a_preset_says_nothing_of_a_grid_of_ones_own(tmp_path):
    """What a preset would say is said by settings."""
    with pytest.raises(SpecError, match=r"for a study's grid: .* \(epochs = 2, train_size = 10000"):
        run_grid(grid=WIDTHS, model=network, store=tmp_path, preset="quick", epochs=1)


def _other_images(row):
    import keras

    return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten()])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"grid": []}, "at least one row"),
        ({"grid": [{}]}, "at least one row and one column"),
        ({"grid": 5}, "list of rows"),
        ({"grid": [{"a": 1}, {"b": 1}]}, "Row 2 of the grid has the columns b"),
        ({"grid": [{"a": 1}, {"a": 1}]}, "Rows 1 and 2 of the grid are the same"),
        ({"grid": [{"a": float("nan")}]}, "Row 1 of the grid must have a number"),
        ({"grid": [{"learning_rate": 1e20}]}, "between -1e.15 and 1e.15 for learning_rate, not 1e"),
        ({"grid": [{"a": [1]}]}, "Row 1 of the grid must have a number"),
        ({"grid": [{"accuracy": 1}]}, "accuracy has a meaning of its own"),
        ({"grid": WIDTHS, "model": "convstack"}, "no architecture 'convstack'"),
        ({"grid": [{"a": float("inf")}]}, "Row 1 of the grid must have a number"),
        ({"grid": WIDTHS, "model": ["{}"]}, "1 models for 2 rows"),
        ({"grid": WIDTHS, "model": ["{}", "{}"]}, "has {} where a model must be described"),
        ({"grid": WIDTHS, "model": [{"a": 1}] * 2}, "keras_json must be a model as JSON"),
        ({"grid": WIDTHS, "model": 5}, "a name, a function or JSON texts, not 5"),
        ({"grid": WIDTHS, "name": "kh2021"}, "kh2021 is a study that ships with tunegrid"),
        ({"grid": WIDTHS, "model": dict}, r"row 1 \(\{\"width\": 4\}\).*keras.Model, not dict"),
        ({"grid": WIDTHS, "model": _other_images}, "must take .*28, 28, 1.*, not .*32, 32, 3"),
        ({"grid": WIDTHS, "model": network, "name": "My Grid"}, "id must"),
        ({"grid": WIDTHS, "model": network, "dataset": "cifar10"}, "no data set 'cifar10'"),
        ({"grid": WIDTHS, "model": network, "set": {"epoch": 1}}, "no setting called 'epoch'"),
    ],
)
def test_a_grid_that_cannot_be_run_is_refused(call, said):
    """In a sentence, before anything is trained."""
    with pytest.raises(SpecError, match=said):
        own_study(**{"set": TINY} | call)


@pytest.mark.parametrize(
    ("grid", "more", "said"),
    [
        (WIDTHS, {"batch_size": 64}, "other settings (batch_size: not set there, 64 here)"),
        (WIDTHS, {"epochs": 2}, "other settings (epochs: 1 there, 2 here)"),
        (WIDTHS[:1], {}, "other rows or models"),
        ([{"width": 16}], {}, "other rows or models"),
    ],
)
def test_a_name_is_one_grid_s(mine, grid, more, said):
    """Another grid of that name would hide its runs."""
    with pytest.raises(SpecError, match="has a grid called mine with") as refused:
        run_grid(grid=grid, model=network, name="mine", store=mine, set={**TINY, **more})
    assert said in str(refused.value)
    assert "give this one another name, or add its rows" in str(refused.value)
    assert len(read_results("mine", store=mine)) == 4


def test_rows_are_added_to_a_grid(fashion_mnist, tmp_path):
    """What was run of it stays, and only the new row is trained."""
    how = {"model": network, "name": "growing", "store": tmp_path, "set": TINY}
    run_grid(grid=WIDTHS[:1], **how)
    assert run_grid(grid=WIDTHS, **how).found == 1
    assert read_results("growing", store=tmp_path)["width"].tolist() == [4, 8]


def test_an_own_grid_is_shown(mine, tune_grid):
    """By its name, with what it was trained with."""
    shown = tune_grid("show", "mine", "--store", mine)
    assert re.search(r"\|epochs +\|1 +\|all", shown.stdout)
    assert tune_grid("show", "mine", "--store", mine, "--format", "csv").returncode == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [("width,wide\n4,TRUE\n", "has TRUE for wide, and no setting is a truth value"),
     ("width\n", "has no rows"), ("width,wide\n4,\n", "has no value for wide")],
)  # fmt: skip
def test_a_csv_that_is_no_grid_is_refused(tmp_path, text, said):
    """In a sentence that says what is wrong with which row."""
    (tmp_path / "grid.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=said):
        read_grid(tmp_path / "grid.csv")


def test_epochs_must_be_said(tmp_path):
    """There is no study to take them from."""
    with pytest.raises(SpecError, match="epochs is given nowhere"):
        run_grid(grid=WIDTHS, model=network, store=tmp_path)


def test_neither_a_study_nor_a_grid_is_a_bad_request(tmp_path):
    """As is a model for a study that has its own."""
    with pytest.raises(SpecError, match="Give a study"):
        run_grid(store=tmp_path)
    with pytest.raises(SpecError, match="A study was given, and model: leave one out"):
        run_grid("kh2021", model="mlp", store=tmp_path)


def test_a_whole_number_beyond_all_floats_is_one_sentence():
    """It cannot be written as others are."""
    with pytest.raises(SpecError, match=r"must have a number between .* for dense1, not 10000"):
        own_study([{"dense1": 10**400}], model="dense_stack")
