"""Which settings hold, and where each comes from."""

import pytest

from tunegrid import SpecError, own_study, run_settings


def _of(table, setting):
    rows = table[table["setting"].eq(setting)]
    return {(row["value"], row["from"]): row["configurations"] for row in rows.to_dict("records")}


def test_every_layer_of_a_study_is_named():
    """Defaults, the study, an experiment's rules, the protocol, the grid's columns."""
    table = run_settings("kh2021", experiments="compare")
    assert _of(table, "precision") == {("float32", "tunegrid's default"): 4}
    assert _of(table, "optimizer") == {("rmsprop", "the study"): 4}
    assert _of(table, "dense1") == {("512", "the experiment"): 2}
    assert _of(table, "epochs") == {("20", "the study"): 2, ("50", "the protocol"): 2}
    assert _of(table, "learning_rate") == {("0.001", "Keras's default"): 4}
    two = run_settings("kh2021", experiments="two-layer", protocol="as-described")
    assert _of(two, "layer1") == {("16, 32, 64, 128", "the grid's column"): 20}
    assert _of(two, "scaling") == {("unit", "the study"): 20}


def test_what_decides_nothing_is_not_counted():
    """A dense network has no kernel."""
    table = run_settings("kh2021", experiments="compare")
    assert _of(table, "kernel") == {("3", "the study"): 2}


def test_overrides_are_named():
    """As run_grid would take them."""
    table = run_settings("kh2021", experiments="base", set={"optimizer": "sgd", "epochs": 2})
    assert _of(table, "optimizer") == {("sgd", "set"): 3}
    assert _of(table, "learning_rate") == {("0.01", "Keras's default"): 3}
    with pytest.raises(SpecError, match="no setting called 'epoch'"):
        run_settings("kh2021", set={"epoch": 2})


def test_a_compiled_model_s_optimizer_is_its_row_s():
    """Of a grid of one's own."""
    import keras

    def network(row):
        layers = [keras.Input((28, 28, 1)), keras.layers.Flatten()]
        model = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
        model.compile(keras.optimizers.SGD(row["rate"]), "categorical_crossentropy")
        return model

    study = own_study([{"rate": 0.1}, {"rate": 0.2}], model=network, set={"epochs": 1})
    table = run_settings(study)
    assert _of(table, "learning_rate") == {("0.1, 0.2", "its row"): 2}
    assert _of(table, "keras_json") == {("a model as JSON", "its row"): 2}


def test_the_command_shows_them(tune_grid):
    """By protocol."""
    shown = tune_grid("show", "kh2021", "--part", "settings", "--protocol", "as-run-pooled")
    assert shown.returncode == 0
    assert "pooled" in shown.stdout
    assert "the protocol" in shown.stdout
    refused = tune_grid("show", "kh2021", "--protocol", "as-run")
    assert refused.returncode == 2
