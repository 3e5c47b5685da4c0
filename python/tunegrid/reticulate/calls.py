"""A verb called from R: whatever happens is returned, and nothing raised."""

import contextlib
import importlib.util
import os
import traceback
from collections.abc import Callable, Mapping

from ..errors import DataError, RunError, SpecError, StoreError, TunegridError
from ..machine.interpreter import interpreter
from ..machine.quiet import quiet_backend
from .values import array_from_r, as_text, plain
from .verbs import VERBS
from .words import in_r

#: What the errors' classes are called in R, after `tunegrid_error_`.
_TYPES = {SpecError: "spec", DataError: "data", RunError: "run", StoreError: "store"}

#: Columns whose values have an order, by the verb that gives them; experiments come in the study's.
_LEVELS = {
    "audit_study": ("gravity", ("overturns", "discrepancy", "note")),
    "verify_store": ("state", ("ok", "incomplete", "wrong")),
    "dataset_status": ("state", ("whole", "damaged", "not found")),
    "sitrep": ("state", ("ok", "optional", "missing")),
}

#: Columns in which something is said to people, by the verb that gives them.
_SAID = {
    "verify_store": ["detail"],
    "repair_store": ["meaning"],
    "dataset_status": ["origin", "detail"],
    "sitrep": ["detail"],
}

#: Verbs that build models, with what a backend's native code has to say of it.
_LOUD = (
    "audit_study",
    "export_model",
    "load_study",
    "published_table",
    "show_model",
    "study_overview",
)


def call(
    verb: str, arguments: Mapping[str, object], environment: Mapping[str, str | None] | None = None
) -> dict[str, object]:
    """Call a verb; whatever happens is returned and nothing raised.

    Args:
        verb: a public function, or one of this module's own, which go before.
        arguments: by name. R has one kind of number for most: whole ones come as integers. Of
            `data` the arrays come as `array_from_r` takes them.
        environment: variables as R has them now; Python saw them when it started.

    Returns:
        `status` (ok, error, interrupted), `value` as `plain` gives it; for an error `type`
        (spec, data, run, store, python when a package is missing, internal), `message` and
        `traceback`.
    """
    try:
        _set_environment(environment or {})
        given = _given(dict(arguments))  # R has no empty dict
        with quiet_backend() if verb in _LOUD else contextlib.nullcontext():
            value = VERBS[verb](**given) if verb in VERBS else _public(verb)(**given)
        return {"status": "ok", "value": plain(_ordered(verb, _worded(verb, value)))}
    except KeyboardInterrupt as stopped:
        return {"status": "interrupted", "message": in_r(str(stopped)) or "Interrupted."}
    except TunegridError as error:
        kind = next((name for known, name in _TYPES.items() if isinstance(error, known)), "")
        return _failure(kind, in_r(str(error)))
    except ModuleNotFoundError as error:
        said = f"The Python at {interpreter()} lacks the package {error.name}."
        return _failure("python", said)
    except Exception as error:  # noqa: BLE001 - R is told of it, with where it was
        said = f"{verb} failed in a way that nobody foresaw: {type(error).__name__}: {error}"
        return _failure("internal", said)


def _worded(verb: str, value: object) -> object:
    """Put what a frame says to people into R's words."""
    if not hasattr(value, "iloc"):
        return value
    said = {name: value[name].map(in_r, na_action="ignore") for name in _SAID.get(verb, ())}
    worded = value.assign(**said)
    worded.attrs = {name: _in_r(one) for name, one in value.attrs.items()}
    return worded


def _in_r(value: object) -> object:
    if isinstance(value, list):
        return [_in_r(one) for one in value]
    return in_r(value) if isinstance(value, str) else value


def _ordered(verb: str, value: object) -> object:
    """Say in a frame's dtype that a column's values have an order."""
    if verb not in _LEVELS:
        return value
    from pandas import CategoricalDtype

    name, levels = _LEVELS[verb]
    attributes = value.attrs
    value = value.astype({name: CategoricalDtype(levels)})
    value.attrs = attributes
    return value


def _given(arguments: Mapping[str, object]) -> dict[str, object]:
    """Give arguments as verbs take them."""
    given = {name: _whole(value) for name, value in arguments.items()}
    if isinstance(given.get("data"), Mapping):
        given["data"] = {name: array_from_r(one) for name, one in given["data"].items()}
    return given


def _whole(value: object) -> object:
    """Make integers of whole numbers: in R, 5 is a double."""
    if isinstance(value, Mapping):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _set_environment(environment: Mapping[str, str | None]) -> None:
    for name, value in environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _public(verb: str) -> Callable[..., object]:
    return getattr(importlib.import_module("..", __package__), verb)


def _failure(kind: str, message: str) -> dict[str, object]:
    return {
        "status": "error",
        "type": kind,
        "message": as_text(message),
        "traceback": as_text(traceback.format_exc()),
    }
