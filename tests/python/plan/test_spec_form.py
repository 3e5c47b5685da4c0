"""Specs from elsewhere: what is read is what a study can ask for, or it is refused in words."""

import json

import pytest
from hostile_specs import FEW, MANY, SPECS, specs
from hypothesis import HealthCheck, given, settings

from tunegrid import StoreError
from tunegrid.errors import OtherVersionError, quoted
from tunegrid.plan.runs import RunSpec, canonical


def spec(**changes):
    """Give the text of a real spec with some of its values changed, by path."""
    values = json.loads(json.dumps(SPECS[0]))
    for path, value in changes.items():
        *holders, name = path.split("__")
        holder = values
        for one in holders:
            holder = holder[one]
        holder[name] = value
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_what_was_written_is_read():
    """Every kind of spec: of built-in models, of one's own, of data of one's own."""
    for values in SPECS:
        assert RunSpec.from_json(canonical(values)).to_json() == canonical(values)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"engine": ["x"]}, "['x'] with tensorflow is no engine's backend"),
        ({"backend": "jax"}, "tensorflow with jax is no engine's backend"),
        ({"device": "tpu"}, "device must be cpu or gpu, not tpu"),
        ({"data": []}, "data must be an object, not []"),
        ({"data__dataset": []}, "This run is of the data set []"),
        ({"data__digest": "../../x"}, "data.digest must be 64 hexadecimal digits, not ../../x"),
        ({"data__shape": [2, 2]}, "data has shape"),
        ({"seed": 0}, "seed must be a whole number from 1"),
        ({"seed": True}, "seed must be a whole number from 1"),
        ({"seed": 10**400}, "seed must be a whole number from 1"),
        ({"epochs": 20.0}, "a number in it is not written as tunegrid writes it"),
        ({"epochs": -1}, "epochs must be greater than or equal to 1"),
        ({"loss": "mse"}, "loss must be 'categorical_crossentropy'"),
        ({"precision": "float64"}, "precision must be 'float32' or 'bfloat16'"),
        ({"extra": 1}, "the spec has extra, which is none of its fields"),
        ({"optimizer__name": "lion"}, "has the optimizer lion"),
        ({"optimizer__beta_1": 0.5}, "optimizer must have all settings of rmsprop"),
        ({"optimizer__rho": float("nan")}, "rho must be"),
        ({"model__architecture": "gpt"}, "has the architecture gpt"),
        ({"model__revision": 1.0}, "model.revision must be a whole number"),
        ({"model__parameters": {}}, "needs layer1, layerdense"),
        ({"model__parameters__layer9": 3}, "no setting called 'layer9'"),
        ({"model__parameters__layer1": 10**8}, "weights, and 2000000000 are the most"),
        ({"data__split": "official"}, "data says what is so anyway"),
        ({"data__train_size": 60_000}, "has a train_size of all images"),
        ({"data__split": "pooled"}, "data lacks a split_seed"),
        ({"schema": "2"}, "is not written as tunegrid writes it"),
        ({"schema": 3}, "newer tunegrid: upgrade"),
        ({"schema": 1}, "older tunegrid"),
    ],
)
def test_a_spec_that_no_study_asks_for_is_refused(changes, said):
    """In a sentence that says what is wrong in it."""
    with pytest.raises(StoreError) as refused:
        RunSpec.from_json(spec(**changes))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [None, b"{}", 5, "", "{}", "[]", "null", "[" * 10_000, '{"schema":2}', "9" * 5000, "\ud800",
     spec() + " ", spec().replace(",", ", ", 1), spec().replace("{", '{"seed":1,', 1)],
)  # fmt: skip
def test_what_is_no_spec_is_refused(text):
    """Nor one that is written otherwise: its key would be another."""
    with pytest.raises(StoreError, match="A run's spec is damaged"):
        RunSpec.from_json(text)


@pytest.mark.parametrize(
    "changes", [{"schema": 3}, {"data__dataset": "cifar10"}, {"model__architecture": "vgg19"}]
)
def test_another_version_is_not_called_damage(changes):
    """What a newer tunegrid knows may well be right."""
    with pytest.raises(OtherVersionError):
        RunSpec.from_json(spec(**changes))


def test_another_revision_is_read():
    """Its parameters may be others; nothing here builds it."""
    values = {"architecture": "conv_stack", "revision": 7, "parameters": {"depth": 3}}
    assert RunSpec.from_json(spec(model=values)).model.revision == 7
    with pytest.raises(StoreError, match="must be a number or a text"):
        RunSpec.from_json(spec(model={**values, "parameters": {"depth": [3]}}))


@pytest.mark.parametrize("tries", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
@pytest.mark.hostile("a run's spec, changed anywhere")
def test_any_text_is_a_spec_or_refused(tries):
    """What is read can be written, keyed, seeded, and described."""

    @settings(max_examples=tries, suppress_health_check=list(HealthCheck))
    @given(specs)
    def read(text):
        try:
            one = RunSpec.from_json(text)
        except StoreError as refused:
            assert len(str(refused)) < 500
            assert str(refused) == quoted(refused, 500)
            return
        assert one.to_json() == text
        assert RunSpec.from_json(text) == one
        assert len(one.key) == 64
        hash(one)
        one.streams()
        assert one.data.described.input_shape

    read()
