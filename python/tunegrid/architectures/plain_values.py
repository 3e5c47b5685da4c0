"""The plain values of a model's JSON: numbers, known words, tensors as calls name them."""

import json
import math
import re
from collections.abc import Mapping

from ..errors import SpecError, quoted
from .keras_classes import ARGUMENTS, LIMITS, TEXTS, WORDS

Json = Mapping[str, object]

_LARGEST = 2**53  # up to which a whole number is one for everybody who reads JSON
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "name": re.compile(r"\w[\w .:>-]{0,127}"),
    "equation": re.compile(r"[A-Za-z.]{1,30},[A-Za-z.]{1,30}->[A-Za-z.]{1,30}"),
    "bias_axes": re.compile("[A-Za-z]{0,30}"),
}
_SUFFIX = re.compile(r"(?:\w+_)?(activation|initializer|regularizer|constraint)")

#: What layers are called with beside numbers, and which fields each has.
_LITERALS: Mapping[str, frozenset[str]] = {
    "__keras_tensor__": frozenset({"shape", "dtype", "keras_history"}),
    "__numpy__": frozenset({"value", "dtype"}),
    "__tensor__": frozenset({"value", "dtype"}),
    "__slice__": frozenset({"start", "stop", "step"}),
    "__ellipsis__": frozenset(),
}
_OF_LITERAL = {"class_name", "config"}


def refused(what: str) -> SpecError:
    """Say what a model's JSON has that it must not have."""
    return SpecError(
        f"The model of keras_json {what}: a model is made of Keras's own layers, and its text by "
        f"tunegrid.model_json(model)."
    )


def check_text(name: str, value: object) -> None:
    """Refuse a text that an argument of this name cannot be."""
    words = TEXTS.get(kind_of(name) or "") or WORDS.get(name)
    known = f"one of {', '.join(sorted(words))}" if words else "no text"
    if name in _PATTERNS:
        is_known = isinstance(value, str) and _PATTERNS[name].fullmatch(value)
        known = "letters, digits and few signs"
    else:
        is_known = words is not None and isinstance(value, str) and value in words
    if not is_known:
        raise refused(f"has {said(name, value)}, and that must be {known}")


def check_node(node: object) -> None:
    """Refuse a call of a layer with other than tensors and plain values."""
    if not isinstance(node, dict) or set(node) != {"args", "kwargs"}:
        raise refused("has a call of a layer without args and kwargs")
    args, kwargs = node["args"], node["kwargs"]
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        raise refused("has a call of a layer whose args are no list, or its kwargs no object")
    for one in (*args, *kwargs.values()):
        _check_called(one)


def _check_called(value: object) -> None:
    if isinstance(value, list):
        for one in value:
            _check_called(one)
    elif isinstance(value, dict):
        check_literal(value)
    else:
        check_number("a call", value)


def check_literal(value: Json) -> None:
    """Refuse what is no tensor, array or slice with plain fields."""
    name, config = value.get("class_name"), value.get("config")
    is_known = isinstance(name, str) and name in _LITERALS and set(value) == _OF_LITERAL
    if not is_known or not isinstance(config, dict) or set(config) != _LITERALS[name]:
        raise refused(f"has {quoted(value, 60)} where a tensor must be")
    for field, one in config.items():
        if field == "dtype":
            check_text("dtype", one)
        elif field == "keras_history":
            check_ends(one)
        else:
            _check_numbers(field, one)


def check_ends(value: object) -> None:
    """Refuse what is no [layer, node, tensor], or list of some."""
    if not isinstance(value, list):
        raise refused(f"has {quoted(value, 60)} where a layer must be named")
    if value and isinstance(value[0], str):
        check_text("name", value[0])
        _check_numbers("a node", value[1:])
    else:
        for one in value:
            check_ends(one)


def _check_numbers(name: str, value: object) -> None:
    if isinstance(value, list):
        for one in value:
            _check_numbers(name, one)
    else:
        check_number(name, value)


def check_number(name: str, value: object) -> None:
    """Refuse what is no finite number of usual size, truth value or null."""
    if value is None or isinstance(value, bool):
        return
    most = LIMITS.get(name, _LARGEST)
    if isinstance(value, int) and abs(value) <= most:
        return
    if isinstance(value, float) and math.isfinite(value) and (name not in LIMITS or value <= most):
        return
    raise refused(f"has {said(name, value)}, and that must be a number up to {most}")


def kind_of(name: str) -> str | None:
    """Say of which kind an argument is; None for plain ones."""
    found = _SUFFIX.fullmatch(name)
    return found[1] if found else ARGUMENTS.get(name)


def said(name: str, value: object) -> str:
    """Say what an argument is, shortly."""
    return f"{quoted(name, 60)} = {quoted(json.dumps(value), 60)}"
