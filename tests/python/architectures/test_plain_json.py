"""Models in JSON from elsewhere: Keras's own layers with plain arguments, and nothing else."""

import functools
import inspect
import json
import sys

import keras
import pytest
from hostile_specs import FEW, MANY, MODELS, functional, models, sequential
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tunegrid import SpecError
from tunegrid.architectures import keras_classes as known
from tunegrid.architectures import own_model, read_model
from tunegrid.architectures.own_model import without_weights
from tunegrid.architectures.plain_json import check_plain, read_plain

#: What a stranger's text could make of this process, noted while `_Heard` listens.
EVENTS = ("os.system", "os.exec", "os.remove", "os.rename", "subprocess.Popen", "socket.connect")


class _Heard:
    """Notes what Python says of commands, files and connections (its audit events)."""

    def __init__(self):
        self.listens = False
        self.events = []
        sys.addaudithook(self._hear)

    def _hear(self, event, arguments):
        if self.listens and (
            event in EVENTS or (event == "open" and "python3" not in str(arguments[0]))
        ):
            self.events.append((event, arguments))


HEARD = _Heard()


def read_heard(text):
    """Read a model and give what Python did meanwhile; None where it was refused."""
    HEARD.events.clear()
    HEARD.listens = True
    try:
        return read_model(text)
    except SpecError as refused:
        assert len(str(refused)) < 1500
        return None
    finally:
        HEARD.listens = False
        assert not HEARD.events


def layer(name, module="keras.layers", /, **config):
    return {"class_name": name, "module": module, "config": {"name": "x", **config}}


def called(name, module, **config):
    """Describe a function of a module, as Keras does."""
    return {"class_name": "function", "config": name, "module": module, "registered_name": name}


def _classes(module, base):
    found = (getattr(module, name, None) for name in dir(module))
    return {one.__name__: one for one in found if inspect.isclass(one) and issubclass(one, base)}


def test_every_layer_of_keras_is_known_or_refused_with_a_reason():
    """A new one of a later Keras has to be answered here, and none is listed that is not there."""
    there = {
        keras.saving.serialize_keras_object(made)["class_name"]
        if (made := _made(one)) is not None
        else name
        for name, one in _classes(keras.layers, keras.Layer).items()
    }
    assert there == known.LAYERS | set(known.REFUSED)
    assert not known.LAYERS & set(known.REFUSED)


@pytest.mark.parametrize(
    ("module", "listed", "base"),
    [
        (keras.initializers, known.INITIALIZERS, keras.Initializer),
        (keras.regularizers, known.REGULARIZERS, keras.Regularizer),
        (keras.constraints, known.CONSTRAINTS, keras.constraints.Constraint),
    ],
)
def test_every_other_class_of_keras_is_known(module, listed, base):
    """But the bases, which do nothing."""
    assert set(_classes(module, base)) - {base.__name__} == listed


def test_every_activation_of_keras_is_known():
    """By its name."""
    names = {name for name in dir(keras.activations) if not name.startswith("_")}
    assert names - {"serialize", "deserialize", "get"} == known.ACTIVATIONS


def test_operations_are_classes_of_keras():
    """Those with which tensors are computed."""
    for module, names in known.OPERATIONS.items():
        there = vars(sys.modules[module])
        assert all(issubclass(there[name], keras.Operation) for name in names)


NEEDED = {
    "activation": "relu", "axes": 1, "cell": keras.layers.GRUCell(2), "cells": [], "dims": (1, 2),
    "equation": "ab,bc->ac", "factor": 1, "layer": keras.layers.LSTM(2), "layers": [],
    "target_shape": (2, 2), "name": "x", "module": None, "function": None, "filepath": None,
    "call_fn": None,
}  # fmt: skip
BESIDE = {"CategoryEncoding": {"num_tokens": 4}, "Discretization": {"bin_boundaries": [0.0, 1.0]}}


def _made(one):
    """Make a layer with arguments that it cannot do without; None where that cannot be."""
    needed = [
        name
        for name, of in list(inspect.signature(one.__init__).parameters.items())[1:]
        if of.default is of.empty and of.kind is of.POSITIONAL_OR_KEYWORD
    ]
    try:
        beside = BESIDE.get(one.__name__, {})
        made = one(**{name: NEEDED.get(name, 1) for name in needed}, **beside)
        made.get_config()
    except Exception:  # noqa: BLE001 - code of other libraries, tables of words
        return None
    return made


@pytest.mark.parametrize("name", sorted(known.LAYERS - {"InputLayer"}))
def test_a_listed_layer_may_have_all_that_keras_writes_of_it(name):
    """With its defaults: a text in which they stand is taken too."""
    made = _made(_classes(keras.layers, keras.Layer).get(name) or getattr(keras.layers, name))
    described = json.loads(json.dumps(keras.saving.serialize_keras_object(made)))
    check_plain(json.dumps(sequential(described)))


@pytest.mark.parametrize("name", sorted(known.REFUSED))
def test_a_refused_layer_is_named_with_the_reason(name):
    """Wherever it stands."""
    for where in (layer(name), layer("TimeDistributed", layer=layer(name))):
        with pytest.raises(SpecError, match=f"has the layer {name}, and it"):
            check_plain(json.dumps(sequential(where)))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (called("set_max_steps_per_epoch", "keras.config"), "where a layer must be described"),
        (layer("Dense", units=called("system", "os")), "units = "),
        (layer("Dense", units=4, activation=called("system", "os")), "must be described"),
        (layer("Dense", units=4, activation="os.system"), 'activation = "os.system"'),
        (layer("Dense", units=4, kernel_initializer="get_file"), "kernel_initializer"),
        (layer("Dense", "keras.src.layers.core.lambda_layer"), "Dense of keras.src.layers.core"),
        (layer("DropConnect", "tunegrid.architectures.layers"), "DropConnect of tunegrid"),
        (layer("Popen", "subprocess"), "Popen of subprocess where a layer of Keras's own must be"),
        (layer("Dense", None, units=4), "Dense of None"),
        (layer("Dense", units=4) | {"registered_name": "tunegrid>DropConnect"}, "registered_name"),
        (layer("Dense", units=4) | {"shared_object_id": 1}, "has shared_object_id in Dense"),
        (layer("Dense", units=4, name="../../x"), "letters, digits and few signs"),
        (layer("Dense", units="4"), 'units = "4", and that must be no text'),
        (layer("Dense", units=10**18), "a number up to"),
        (layer("Dense", units=10**400), "a number up to"),
        (layer("Rescaling", scale=float("inf")), "scale = Infinity"),
        (layer("RandAugment", num_ops=10**6), "num_ops = 1000000, and that must be a number up to"),
        (layer("Embedding", input_dim=5, output_dim=2, weights={"a": 1}), "weights = "),
        (layer("EinsumDense", equation="__import__", output_shape=3), "equation"),
        (layer("GlorotUniform", "keras.initializers"), "where a layer of Keras's own must be"),
        (sequential() | {"class_name": "Model"}, "Model of keras"),
        ({**sequential(), "config": {"name": "m", "layers": []}}, "has no layers"),
        ({**sequential(), "config": {"name": "m"}}, "has no layers"),
    ],
)  # fmt: skip
def test_what_is_no_plain_layer_is_refused_before_keras_sees_it(one, said):
    """By its place, in a sentence."""
    with pytest.raises(SpecError) as refused:
        check_plain(json.dumps(sequential(one)))
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "null", "NaN", "9" * 10**4])
def test_what_is_no_json_of_a_model_is_refused(text):
    """As a person would be told."""
    with pytest.raises(SpecError, match="must be a model as JSON"):
        check_plain(text)


def test_an_empty_object_and_a_deep_list_are_refused():
    """Though they are JSON."""
    dense = json.dumps(sequential(layer("Dense", units=1)))
    deep = dense.replace('"units": 1', f'"units": {"[" * 400}1{"]" * 400}')
    for text in ("{}", deep, f"{'[' * 10**5}{']' * 10**5}"):
        with pytest.raises(SpecError, match="keras_json"):
            check_plain(text)


def test_calls_and_layers_are_counted():
    """Models inside models, each called twice, are a thousand lines and a year of work."""
    model = functional()
    for _ in range(9):
        outer = functional()
        inner = outer["config"]["layers"][2]
        nodes = 3 * inner["inbound_nodes"]
        outer["config"]["layers"][2] = {**model, "name": "a", "inbound_nodes": nodes}
        model = outer
    with pytest.raises(SpecError, match="calls layers more than 10000 times"):
        check_plain(json.dumps(model))
    with pytest.raises(SpecError, match="has more than 2000 layers"):
        check_plain(json.dumps(sequential(*[layer("Dense", units=1)] * 2001)))
    with pytest.raises(SpecError, match="characters"):
        check_plain(" " * (5 << 20))


def test_a_layer_that_fills_the_memory_without_a_weight_is_refused():
    """Of a picture of 28 by 28 it would make one of a million by a million."""
    large, small = layer("UpSampling2D", size=[40_000] * 2), layer("GlobalMaxPooling2D", name="g")
    text = json.dumps(sequential(large, small))
    with pytest.raises(SpecError, match="gives 1254400000000 numbers for one example"):
        read_model(text)


def test_a_model_of_too_many_weights_is_refused_before_it_has_one():
    """78 billion would be 313 GB."""
    text = json.dumps(sequential(layer("Flatten", name="g"), layer("Dense", units=10**8)))
    with pytest.raises(SpecError, match="has 79500000010 weights, and 2000000000 are the most"):
        read_model(text)


def test_counting_leaves_no_trace():
    """The weights of a run are drawn as if nobody had counted before."""
    text = json.dumps(sequential(layer("Flatten", name="g"), layer("Dense", units=3)))
    keras.utils.set_random_seed(1)
    without_weights(lambda: keras.models.model_from_json(text))
    after = keras.models.model_from_json(text).get_weights()
    keras.utils.set_random_seed(1)
    before = keras.models.model_from_json(text).get_weights()
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_what_was_built_and_compiled_is_not_read():
    """Keras writes it beside the layers; nothing of it reaches Keras."""
    model = sequential() | {"compile_config": called("system", "os"), "keras_version": "3.15.1"}
    assert read_plain(json.dumps(model)) == sequential()


@pytest.mark.parametrize("model", MODELS)
def test_a_plain_model_is_built(model):
    """Those that others are changed from."""
    assert read_heard(json.dumps(model)).output_shape == (None, 10)


NUMBERS = st.sampled_from(
    [0, 1, 2, 3, -1, 7, 28, 1000, 10**5, 10**6, 10**9, 2**31, 2**53, 0.5, 1e30, -0.5, None, True,
     False, [2, 2], [1, 1], [[1, 1], [1, 1]], [], [10**5, 10**5], [None, 3]]
)  # fmt: skip


@functools.cache
def written():
    """Give every listed layer as Keras writes it, with its defaults."""
    names = sorted(known.LAYERS - {"InputLayer"})
    made = [_made(getattr(keras.layers, name)) for name in names]
    return [json.dumps(keras.saving.serialize_keras_object(one)) for one in made]


@st.composite
def layer_stacks(draw):
    """Give a model of listed layers, of which any argument can be any number."""
    stack = []
    for _ in range(draw(st.integers(1, 3))):
        described = json.loads(draw(st.sampled_from(written())))
        config = described["config"] | {"name": f"x{len(stack)}"}
        for one in draw(st.lists(st.sampled_from(sorted(config)), max_size=2)):
            config[one] = draw(NUMBERS) if one != "name" else f"y{len(stack)}"
        stack.append({**described, "config": config})
    return json.dumps(sequential(*stack))


@pytest.mark.parametrize("tries", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
@pytest.mark.hostile("a model as JSON: any layers, any numbers")
def test_any_stack_of_layers_is_a_model_or_refused(tries, monkeypatch):
    """With any number for any argument, and in no more memory than the weights allowed need."""
    monkeypatch.setattr(own_model, "MOST_WEIGHTS", 10**7)
    written()  # some layers draw a seed when they are made

    @settings(max_examples=tries, suppress_health_check=list(HealthCheck))
    @given(layer_stacks())
    def read(text):
        assert isinstance(read_heard(text), (keras.Model, type(None)))

    read()


@pytest.mark.parametrize("tries", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
@pytest.mark.hostile("a model as JSON, changed anywhere")
def test_any_text_is_a_model_or_refused(tries):
    """It starts nothing, opens nothing and changes nothing of Keras's."""
    config = keras.config

    def state():
        return (
            config.floatx(), config.epsilon(), config.image_data_format(), config.max_epochs(),
            config.max_steps_per_epoch(), config.dtype_policy().name,
            sorted(keras.saving.get_custom_objects()),
        )  # fmt: skip

    before = state()

    @settings(max_examples=tries, suppress_health_check=list(HealthCheck))
    @given(models)
    def read(text):
        assert isinstance(read_heard(text), (keras.Model, type(None)))
        assert state() == before

    read()
