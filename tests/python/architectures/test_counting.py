"""Weights are counted before they are made."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunegrid import SpecError, own_study
from tunegrid.architectures import ARCHITECTURES, build_model
from tunegrid.architectures.registry import MOST_WEIGHTS
from tunegrid.plan.grid import configurations

SIZES = {
    "layer1": 3, "layer2": 4, "layer3": 2, "layer4": 5, "layerdense": 6, "dense1": 7, "dense2": 3,
    "dense3": 4,
}  # fmt: skip
BUILT_IN = [name for name in ARCHITECTURES if name != "keras"]


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=12)
@given(data=st.data())
def test_a_built_in_model_has_as_many_weights_as_were_counted(name, data):
    """Whatever its parameters, its images and its classes."""
    architecture = ARCHITECTURES[name]
    numbered = [one for one in SIZES if one in architecture.parameters]
    sizes = [one for one in numbered if one in architecture.required or data.draw(st.booleans())]
    given_ = {one: SIZES[one] for one in sizes}
    choices = {"kernel": [1, 3, 5], "normalise": ["none", "first", "every"], "pools": [0, 1]}
    given_ |= {k: data.draw(st.sampled_from(v)) for k, v in choices.items()}
    shape, classes = data.draw(st.sampled_from([((28, 28, 1), 10), ((33, 40, 3), 4)]))
    try:
        parameters = architecture.resolve(given_, shape, classes)
    except SpecError:
        return  # layers without their predecessors, or of which nothing is left
    model = build_model(name, parameters, shape=shape, classes=classes)
    assert architecture.weights(parameters, shape, classes) == model.count_params()


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_model_that_fits_into_no_memory_is_refused_at_once(name):
    """A dense layer of 10⁸ units on an image has 78 billion weights."""
    large = "layer1" if "layer1" in ARCHITECTURES[name].parameters else "dense1"
    row = {large: 10**8, **{one: 4 for one in ARCHITECTURES[name].required if one != large}}
    with pytest.raises(SpecError, match=rf"= {name} has \d+ weights, and {MOST_WEIGHTS} are the"):
        configurations(own_study([row], model=name, set={"epochs": 1}))


def test_classes_count_too():
    """Sixty thousand of them on a wide layer."""
    with pytest.raises(SpecError, match="weights, and"):
        ARCHITECTURES["mlp"].resolve({"dense1": 40_000}, (5,), 60_000)
