"""Whether a model's JSON is made of Keras's own layers with plain arguments. Without Keras.

What Keras makes of a text is whatever the text says: it imports modules, calls functions and
opens files by name. So it gets no text that has not passed here.
"""

import functools
import json
from collections.abc import Set as AbstractSet

from ..errors import SpecError, quoted
from .keras_classes import KINDS, MODELS, REFUSED
from .plain_values import (
    Json,
    check_ends,
    check_literal,
    check_node,
    check_number,
    check_text,
    kind_of,
    refused,
    said,
)

#: The most characters of a model's text, layers of it, calls of layers (a model inside another is
#: called as often as it stands there), and layers inside layers.
MOST_TEXT, MOST_LAYERS, MOST_CALLS, MOST_DEPTH = 4 << 20, 2000, 10_000, 12

#: What Keras adds about versions and the process that wrote a model: nothing that makes it.
DROPPED = frozenset({"keras_version", "backend", "build_config", "compile_config"})

_OF_OBJECT = frozenset({"class_name", "config", "module", "registered_name", "name"})
_OF_MODEL = frozenset({"name", "trainable", "dtype", "layers", "build_input_shape"})
_ENDS = frozenset({"input_layers", "output_layers"})


def read_plain(text: str) -> dict[str, object]:
    """Read a model's JSON for Keras.

    Args:
        text: as `Model.to_json` writes it, or `model_json`.

    Returns:
        What Keras may be given: the text's content without what is said of versions and of how
        a model was built or compiled.

    Raises:
        SpecError: naming the first thing that is not a layer of Keras's own, or no plain argument.
    """
    model = _parsed(text)
    try:
        calls = _Gate().described(model, "model", 0)
    except RecursionError:
        raise refused("is nested too deeply") from None
    if calls > MOST_CALLS:
        raise refused(f"calls layers more than {MOST_CALLS} times")
    return model


@functools.lru_cache(maxsize=128)
def check_plain(text: str) -> None:
    """Refuse what `read_plain` refuses."""
    read_plain(text)


def _parsed(text: str) -> dict[str, object]:
    if len(text) > MOST_TEXT:
        raise refused(f"has {len(text)} characters, and {MOST_TEXT} are the most")

    def without(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return {name: value for name, value in pairs if name not in DROPPED}

    try:
        model = json.loads(text, object_pairs_hook=without)
    except RecursionError:
        raise refused("is nested too deeply") from None
    except ValueError:
        model = None
    if not isinstance(model, dict):
        raise SpecError("keras_json must be a model as JSON, from tunegrid.model_json(model).")
    return model


class _Gate:
    """Goes through a model's JSON, and counts its layers."""

    def __init__(self) -> None:
        self._layers = 0

    def described(self, value: object, kind: str, depth: int) -> int:
        """Check what describes an object of a kind.

        Returns:
            How many layers are called when it is called once.
        """
        if depth > MOST_DEPTH:
            raise refused(f"has layers inside layers more than {MOST_DEPTH} times")
        module = _check_class(value, kind)
        if kind in ("model", "layer", "node"):
            self._layers += 1
        if self._layers > MOST_LAYERS:
            raise refused(f"has more than {MOST_LAYERS} layers")
        if kind == "dtype":
            _check_fields(value["config"], {"name"}, "a dtype")
            check_text("dtype", value["config"].get("name"))
            return 0
        for one in value.get("inbound_nodes", ()):
            check_node(one)
        if module in MODELS:
            return self._model(value["config"], depth)
        return 1 + sum(self._argument(*pair, depth) for pair in value["config"].items())

    def _model(self, config: Json, depth: int) -> int:
        _check_fields(config, _OF_MODEL | _ENDS, "a model")
        layers = config.get("layers")
        if not isinstance(layers, list) or not layers:
            raise refused("has no layers")
        for name, value in config.items():
            if name in _ENDS:
                check_ends(value)
            elif name != "layers":
                self._argument(name, value, depth)
        calls = 0
        for one in layers:
            inside = self.described(one, "node", depth + 1)
            calls += inside * max(len(one.get("inbound_nodes", ())), 1)
        return calls

    def _argument(self, name: str, value: object, depth: int) -> int:
        """Check an argument; return how many layers it calls."""
        if isinstance(value, list):
            return sum(self._argument(name, one, depth) for one in value)
        if isinstance(value, str):
            check_text(name, value)
        elif not isinstance(value, dict):
            check_number(name, value)
        elif "class_name" not in value and name == "renorm_clipping":
            for pair in value.items():
                check_number(*pair)
        elif value.get("class_name") in ("__numpy__", "__tensor__"):
            check_literal(value)
        elif (kind := kind_of(name)) is not None:
            return self.described(value, kind, depth + 1)
        else:
            raise refused(f"has {said(name, value)}, and that must be a number or a list of some")
        return 0


def _check_class(value: object, kind: str) -> str:
    """Refuse what is no object of a kind; return the module of its class."""
    what = "a layer" if kind == "node" else "an activation" if kind == "activation" else f"a {kind}"
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        raise refused(f"has {quoted(value, 60)} where {what} must be described")
    name, module = value.get("class_name"), value.get("module")
    if isinstance(name, str) and name in REFUSED:
        raise refused(f"has the layer {name}, and {REFUSED[name]}")
    known = KINDS[kind].get(module, ()) if isinstance(module, str) else ()
    if not isinstance(name, str) or name not in known:
        found = f"{quoted(name, 60)} of {quoted(module, 60)}"
        raise refused(f"has {found} where {what} of Keras's own must be")
    _check_fields(value, _OF_OBJECT | ({"inbound_nodes"} if kind == "node" else set()), name)
    if value.get("registered_name", name) not in (None, name):
        raise refused(f"has a registered_name for {name}, which Keras does not need")
    if "name" in value:
        check_text("name", value["name"])
    if not isinstance(value.get("inbound_nodes", []), list):
        raise refused(f"has inbound_nodes of {name} that are no list")
    return module


def _check_fields(value: Json, known: AbstractSet[str], what: str) -> None:
    for name in value:
        if name not in known:
            raise refused(f"has {quoted(name, 60)} in {what}, where Keras has no such thing")
