"""Runs as values: keys, seeds, plans."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunegrid import StoreError, load_study
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan, spec_of
from tunegrid.plan.runs import RunSpec

KH2021 = load_study("kh2021")
ALL = [planned.spec for planned in plan(configurations(KH2021), seeds=2)]


def two_layer(*, kernel=3, **overrides):
    """Give the first run of the smallest two-layer configuration."""
    grid = [{"layer1": 16, "layer2": 16, "kernel": kernel, "layerdense": 16}]
    found = configurations(KH2021, experiments="two-layer", grid=grid, overrides=overrides)
    return plan(found)[0].spec


@given(st.sampled_from(ALL))
def test_a_spec_goes_to_json_and_back(spec):
    """Nothing is lost on the way, the key least of all."""
    again = RunSpec.from_json(spec.to_json())
    assert again == spec
    assert hash(again) == hash(spec)
    assert again.key == spec.key


def test_a_spec_of_a_newer_kind_is_refused_with_advice():
    """What cannot be known is not guessed."""
    with pytest.raises(StoreError, match="newer tunegrid: upgrade"):
        RunSpec.from_json(two_layer().to_json().replace('"schema":2', '"schema":3'))


def test_what_is_none_is_not_in_the_json():
    """So a field that comes later changes no key."""
    assert "null" not in two_layer().to_json()


def test_the_key_of_a_run_is_pinned():
    """A key that changes makes every stored run a stranger: it must not happen by accident."""
    assert two_layer().key == "0b66914071c6a7f0cdfc29ba6e30b9d29a7e632ad5b5d4bf93e1fc09c9809164"


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 19},
        {"train_size": 59_999},
        {"batch_size": 65},
        {"dropout": 0.25},
        {"l2": 0.0},
        {"kernel": 2},
        {"scaling": "unit"},
        {"orientation": "upright"},
        {"optimizer": "adam"},
        {"learning_rate": 0.002},
        {"dataset": "mnist"},
        {"validation": "last", "validation_size": 10},
    ],
)
def test_whatever_decides_the_numbers_is_in_the_key(change):
    """A shorter run, or one with other data, can never pass for another."""
    assert two_layer(**change).key != two_layer().key


def test_what_a_study_reports_is_not_in_the_key():
    """Which loss a table prints changes no run."""
    assert two_layer(reported_loss="validation").key == two_layer().key


@pytest.mark.parametrize(
    "change", [{"engine": "reference"}, {"backend": "jax"}, {"device": "gpu"}, {"seed": 2}]
)
def test_how_a_run_is_made_is_in_the_key(change):
    """Runs of another engine, backend, device or seed are other runs."""
    assert dataclasses.replace(two_layer(), **change).key != two_layer().key


def test_an_optimizer_s_default_is_the_same_run_as_its_value_written_out():
    """Keras's defaults are filled in before the key is made."""
    assert two_layer(learning_rate=0.001) == two_layer()


def test_experiments_that_share_a_run_share_its_key():
    """The base CNN with dropout and L2 is the three-layer 32-32-32 with dense 32."""
    (base,) = configurations(KH2021, experiments="base", where="model == 'cnn_dropout_l2'")
    where = "layer1 == 32 and layer3 == 32 and layerdense == 32"
    (cell,) = configurations(KH2021, experiments="three-layer", where=where)
    assert plan([base])[0].key == plan([cell])[0].key


def test_seeds_depend_on_replicate_model_and_data_only():
    """A longer run and another engine start alike; another replicate or model does not."""
    start = [stream.generate_state(2).tolist() for stream in two_layer().streams()]
    assert len({tuple(state) for state in start}) == 3
    same = [two_layer(epochs=50), dataclasses.replace(two_layer(), engine="reference")]
    other = [two_layer(l2=0.5), two_layer(scaling="unit"), dataclasses.replace(two_layer(), seed=2)]
    for spec, expected in [*((s, True) for s in same), *((s, False) for s in other)]:
        states = [stream.generate_state(2).tolist() for stream in spec.streams()]
        assert (states == start) is expected


def test_a_plan_goes_replicate_by_replicate():
    """Every configuration has its first replicate before any has its second."""
    found = configurations(KH2021, experiments="one-layer")
    planned = plan(found, seeds=3)
    assert [one.replicate for one in planned] == [1] * 10 + [2] * 10 + [3] * 10
    assert len({one.key for one in planned}) == 30
    assert planned[0].spec == spec_of(
        found[0], seed=1, engine="tensorflow", backend="tensorflow", device="cpu"
    )
