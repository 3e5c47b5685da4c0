"""The order of runs: the longest first, and no replicate before its turn."""

import keras
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from tunegrid import load_study, own_study
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.running.order import longest_first, relative_cost

KH2021 = load_study("kh2021")
GRID = plan(configurations(KH2021, experiments=["one-layer", "two-layer", "three-layer"]), seeds=2)


def of_size(layer1, layer2, layerdense, **overrides):
    """Give a run of the two-layer table."""
    where = f"layer1 == {layer1} and layer2 == {layer2} and layerdense == {layerdense}"
    return plan(configurations(KH2021, experiments="two-layer", where=where, overrides=overrides))[
        0
    ].spec


@given(st.permutations(GRID))
def test_the_order_does_not_depend_on_the_order_given(runs):
    """And no run is lost or doubled."""
    assert longest_first(runs) == longest_first(GRID)
    assert sorted(one.key for one in longest_first(runs)) == sorted(one.key for one in GRID)


def test_first_replicates_come_before_second_ones():
    """When time runs out, all configurations have as many, give or take one."""
    replicates = [one.replicate for one in longest_first(GRID)]
    assert replicates == sorted(replicates)


def test_the_largest_network_is_begun_first_and_the_smallest_last():
    """Else one core would train the largest alone at the end."""
    first, *_, last = longest_first(GRID[:65])
    assert set(dict(first.spec.model.parameters).values()) >= {128}
    assert dict(last.spec.model.parameters)["layerdense"] == 16


def test_more_epochs_images_filters_or_units_cost_more():
    """Each on its own."""
    base = relative_cost(of_size(16, 32, 64))
    for more in (of_size(32, 32, 64), of_size(16, 64, 64), of_size(16, 32, 128)):
        assert relative_cost(more) > base
    assert relative_cost(of_size(16, 32, 64, epochs=10)) == base / 2
    assert relative_cost(of_size(16, 32, 64, train_size=30_000)) == base / 2


def test_a_model_given_as_json_costs_what_the_same_architecture_does():
    """Filters and units are read from its layers, those of models inside it too."""
    inside = keras.Sequential([layers.Conv2D(32, 3, activation="relu"), layers.Flatten()])
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            inside,
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    study = own_study([{"model": "mine"}], model=lambda _: model, labels="model", set={"epochs": 1})
    spec = plan(configurations(study))[0].spec
    known = of_size(16, 32, 64)
    per_image = relative_cost(spec) / spec.epochs
    assert 0.9 < per_image / (relative_cost(known) / known.epochs) < 1.1
