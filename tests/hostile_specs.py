"""Specs and models in JSON as a stranger could have made them: real ones with something changed."""

import copy
import json
from collections.abc import Callable

from hypothesis import strategies as st

from tunegrid import load_study
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan

#: How many are tried: of each kind in `make test`, and in `make test-long`.
FEW, MANY = 200, 20_000

_LAYER = {"class_name": "Dense", "config": {"units": 4, "name": "d"}, "module": "keras.layers"}
_INPUT = {
    "class_name": "InputLayer",
    "config": {"batch_shape": [None, 28, 28, 1], "name": "i"},
    "module": "keras.layers",
}


def _call(*names: str) -> dict:
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"dtype": "float32", "keras_history": [name, 0, 0], "shape": [None, 4]},
        }
        for name in names
    ]
    return {"args": tensors, "kwargs": {}}


def sequential(*layers: dict) -> dict:
    """Give a model of layers between an input of Fashion-MNIST and its ten classes."""
    last = {"activation": "softmax", "units": 10, "name": "o"}
    ends = [
        {**_LAYER, "config": {"name": "f"}, "class_name": "Flatten"},
        {**_LAYER, "config": last},
    ]
    config = {"layers": [_INPUT, *layers, *ends], "name": "m"}
    return {"class_name": "Sequential", "config": config, "module": "keras"}


def functional() -> dict:
    """Give a model of two paths that meet."""
    layers = [{**_INPUT, "name": "i", "inbound_nodes": []}]
    flat = {**_LAYER, "class_name": "Flatten", "config": {"name": "f"}}
    layers.append({**flat, "name": "f", "inbound_nodes": [_call("i")]})
    for name in "ab":
        config = {
            "units": 4,
            "name": name,
            "kernel_initializer": {
                "class_name": "HeNormal",
                "config": {"seed": 3},
                "module": "keras.initializers",
            },
            "kernel_regularizer": {
                "class_name": "L2",
                "config": {"l2": 0.01},
                "module": "keras.regularizers",
            },
        }
        one = {**_LAYER, "config": config, "name": name, "inbound_nodes": [_call("f")]}
        layers.append(one)
    added = {"class_name": "Add", "config": {"name": "s"}, "module": "keras.src.ops.numpy"}
    nodes = {"name": "s", "registered_name": "Add", "inbound_nodes": [_call("a", "b")]}
    layers.append({**added, **nodes})
    last = {**_LAYER, "config": {"activation": "softmax", "units": 10, "name": "o"}}
    layers.append({**last, "name": "o", "inbound_nodes": [_call("s")]})
    config = {"layers": layers, "name": "m"}
    config |= {"input_layers": ["i", 0, 0], "output_layers": ["o", 0, 0]}
    module = "keras.src.models.functional"
    return {"class_name": "Functional", "config": config, "module": module}


_CONV = {**_LAYER, "class_name": "Conv2D", "config": {"filters": 3, "kernel_size": 3, "name": "c"}}
_LSTM = {**_LAYER, "class_name": "LSTM", "config": {"units": 3, "name": "l"}}
_ROWS = {**_LAYER, "class_name": "Reshape", "config": {"target_shape": [28, 28], "name": "r"}}
_BOTH = {**_LAYER, "class_name": "Bidirectional", "config": {"layer": _LSTM, "name": "b"}}

MODELS = [
    sequential(),
    sequential(_LAYER),
    sequential(_CONV),
    sequential(_ROWS, _BOTH),
    functional(),
]

SPECS = [
    json.loads(one.spec.to_json())
    for name in ("kh2021", "conv-followup")
    for one in plan(configurations(load_study(name)))[::9]
    if one.spec.data.digest != "unknown"
]
_KERAS = {"architecture": "keras", "revision": 1}
SPECS += [
    {**SPECS[0], "model": {**_KERAS, "parameters": {"keras_json": json.dumps(one)}}}
    for one in MODELS
]
_OWN = {"dataset": "own", "shape": [9, 9], "classes": 3, "train_images": 60, "test_images": 20}
SPECS.append({**SPECS[0], "data": {**SPECS[0]["data"], **_OWN, "train_size": 50}})

#: What breaks programs, runs code, reads files or asks for more memory than there is.
VALUES = st.one_of(
    st.sampled_from(
        [
            None, True, False, 0, -1, 1, 1.0, 2.5, -0.0, 1e400, float("nan"), 10**8, 10**9, 10**18,
            10**400, "", "x", "relu", "Lambda", "Dense", "keras", "builtins", "os", "/etc/passwd",
            "../../x", "function", "system", "a" * 5000, "\x1b[2J", "\ud800", "NaN", "tensorflow",
            "float64", "fashion_mnist", "0" * 64, [], {}, [[]], [None], [1, 2], ["a", 0, 0],
            {"a": 1},
            {"class_name": "function", "config": "system", "module": "os"},
            {"class_name": "Lambda", "config": {"function": "x"}, "module": "keras.layers"},
            {"class_name": "__lambda__", "config": {"value": "YQ=="}},
            {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
            _LAYER, _INPUT, *MODELS[:2],
        ]
    ),
    st.integers(), st.floats(), st.text(max_size=20),
)  # fmt: skip

_FIELDS = st.sampled_from(
    ["class_name", "config", "module", "registered_name", "name", "units", "filters", "activation",
     "kernel_initializer", "vocabulary", "function", "layer", "layers", "inbound_nodes", "dtype",
     "seed", "weights", "shared_object_id", "build_config", "compile_config", "epochs", "x"]
)  # fmt: skip


@st.composite
def changed(draw: Callable, real: list[dict]) -> object:
    """Give one of some JSON values with one to three places changed, moved, doubled or left out."""
    value = json.loads(json.dumps(draw(st.sampled_from(real))))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(value))
        if not places:
            return draw(VALUES)
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["change", "change", "remove", "add", "move", "deepen"])):
            case "change":
                holder[key] = copy.deepcopy(draw(VALUES))
            case "remove":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[draw(_FIELDS)] = copy.deepcopy(draw(VALUES))
            case "move":
                holder[key] = json.loads(json.dumps(draw(st.sampled_from(places))[0]))
            case _:
                holder[key] = [holder[key]] if draw(st.booleans()) else {"config": holder[key]}
    return value


@st.composite
def texts(draw: Callable, real: list[dict]) -> str:
    """Give JSON texts of changed values, some of them cut or with a character changed."""
    text = json.dumps(draw(changed(real)), **draw(st.sampled_from([_TIGHT, {}, {"indent": 1}])))
    if draw(st.integers(0, 9)):
        return text
    place = draw(st.integers(0, len(text)))
    with_what = draw(st.sampled_from(["", "0", '"', "[" * 5000, "\0", "é", "9" * 5000]))
    return text[:place] + with_what + text[place + draw(st.integers(0, 30)) :]


_TIGHT = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}


def _places(value: object):
    """Give all places of a value: who holds it, and by which key."""
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    else:
        return
    for key, one in pairs:
        yield value, key
        yield from _places(one)


#: Specs, of which some have a changed model in JSON inside.
specs = st.one_of(
    texts(SPECS),
    texts(MODELS).map(
        lambda text: json.dumps(
            {**SPECS[0], "model": {**_KERAS, "parameters": {"keras_json": text}}}, **_TIGHT
        )
    ),
)
#: Models in JSON.
models = texts(MODELS)
