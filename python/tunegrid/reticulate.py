"""What the R package calls: verbs by name, with plain values in and out.

reticulate before 1.45 cannot convert the frames of pandas 3, and before 1.29 every error of
Python's is of one class in R. So frames go over as plain columns with the places of their NAs
beside them, and nothing is ever raised across the border.
"""

import contextlib
import ctypes
import dataclasses
import importlib
import importlib.util
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import DataError, RunError, SpecError, StoreError, TunegridError
from .machine.interpreter import interpreter
from .machine.quiet import quiet_backend
from .study.csvfile import Scalar

if TYPE_CHECKING:
    import keras
    import pandas as pd


#: What the errors' classes are called in R, after `tunegrid_error_`.
_TYPES = {SpecError: "spec", DataError: "data", RunError: "run", StoreError: "store"}

#: Columns whose values have an order, by the verb that gives them; experiments come in the study's.
_LEVELS = {
    "audit_study": ("gravity", ("overturns", "discrepancy", "note")),
    "verify_store": ("state", ("ok", "incomplete", "wrong")),
    "dataset_status": ("state", ("whole", "damaged", "not found")),
    "sitrep": ("state", ("ok", "optional", "missing")),
}

#: Verbs that build models, with what a backend's native code has to say of it.
_LOUD = ("audit_study", "export_model", "load_study", "published_table", "show_model")

_LARGEST = 2**31 - 1  # of R's integers; what lies below its negative is NA

#: By R's word for a column's type: the filler where a value is missing, and its Python type.
_FILLERS: Mapping[str, tuple[object, type]] = {
    "logical": (False, bool),
    "integer": (0, int),
    "double": (0.0, float),
    "character": ("", str),
    "factor": ("", str),
}


def call(
    verb: str, arguments: Mapping[str, object], environment: Mapping[str, str | None] | None = None
) -> dict[str, object]:
    """Call a verb; whatever happens is returned and nothing raised.

    Args:
        verb: a public function, or one of this module's own, which go before.
        arguments: by name. R has one kind of number for most: whole ones come as integers.
        environment: variables as R has them now; Python saw them when it started.

    Returns:
        `status` (ok, error, interrupted), `value` as `plain` gives it; for an error `type`
        (spec, data, run, store, python when a package is missing, internal), `message` and
        `traceback`.
    """
    given = {name: _whole(value) for name, value in dict(arguments).items()}  # R has no empty dict
    try:
        _set_environment(environment or {})
        with quiet_backend() if verb in _LOUD else contextlib.nullcontext():
            value = _VERBS[verb](**given) if verb in _VERBS else _public(verb)(**given)
        return {"status": "ok", "value": plain(_ordered(verb, value))}
    except KeyboardInterrupt as stopped:
        return {"status": "interrupted", "message": str(stopped) or "Interrupted."}
    except TunegridError as error:
        kind = next((name for known, name in _TYPES.items() if isinstance(error, known)), "")
        return _failure(kind, str(error))
    except ModuleNotFoundError as error:
        said = f"The Python at {interpreter()} lacks the package {error.name}."
        return _failure("python", said)
    except Exception as error:  # noqa: BLE001 - R is told of it, with where it was
        said = f"{verb} failed in a way that nobody foresaw: {type(error).__name__}: {error}"
        return _failure("internal", said)


def plain(value: object) -> object:
    """Give a value as what reticulate converts: dicts, lists, numbers, texts, None.

    A frame is a dict with `frame` (its columns, see `_column`), `rows`, and `attributes`.
    """
    if hasattr(value, "iloc"):
        attributes = {name: plain(one) for name, one in value.attrs.items() if name != "columns"}
        columns = [_column(str(name), value[name]) for name in value]
        return {"frame": columns, "rows": len(value), "attributes": attributes}
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _column(name: str, values: "pd.Series") -> dict[str, object]:
    """Give a column: name, type (R's word), values with fillers, the places of NA, levels.

    NA is what pandas calls missing; a NaN among nullable numbers stays NaN. Places count from 1.
    """
    missing = values.isna()
    known = values[~missing]
    levels = _levels(name, values, known)
    kind = "factor" if levels else _kind(values, known)
    filler, cast = _FILLERS[kind]
    pairs = zip(values.tolist(), missing, strict=True)
    return {
        "name": name,
        "type": kind,
        "values": [filler if gone else cast(value) for value, gone in pairs],
        "missing": [place for place, gone in enumerate(missing, start=1) if gone],
        "levels": levels,
    }


def _levels(name: str, values: "pd.Series", known: "pd.Series") -> list[str]:
    """Give the levels of a column whose values have an order, none for others."""
    if values.dtype == "category":
        return [str(level) for level in values.cat.categories]
    return [str(level) for level in dict.fromkeys(known)] if name == "experiment" else []


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


def _kind(values: "pd.Series", known: "pd.Series") -> str:
    """Name the type of vector that a column is in R: by its dtype, else by its values."""
    from pandas.api.types import infer_dtype, is_bool_dtype, is_float_dtype, is_integer_dtype

    found = infer_dtype(known, skipna=True) if values.dtype == object else ""
    if is_bool_dtype(values) or found in ("boolean", "empty"):
        return "logical"
    if is_integer_dtype(values) or found == "integer":
        return "integer" if known.abs().le(_LARGEST).all() else "double"
    if is_float_dtype(values) or found in ("floating", "mixed-integer-float"):
        return "double"
    return "character"


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
    return getattr(importlib.import_module(__package__), verb)


def _failure(kind: str, message: str) -> dict[str, object]:
    return {
        "status": "error",
        "type": kind,
        "message": message,
        "traceback": traceback.format_exc(),
    }


# The verbs that are not simply the public function of their name.


def _is_complete() -> bool:
    """Say whether every package that a run needs is here, without importing it."""
    names = ("keras", "numpy", "pandas", "h5py", "scipy", "tabulate", "pydantic", "psutil", "rich")
    return all(importlib.util.find_spec(name) is not None for name in (*names, "tensorflow"))


def _studies() -> "pd.DataFrame":
    from .report.study_tables import studies_table

    return studies_table()


def _sitrep(**where: str | Path | None) -> "pd.DataFrame":
    from .running.doctor import diagnose

    return diagnose(**where)


def _load_study(study: str) -> dict[str, object]:
    """Give what `tune-grid show` shows of a study, and the printed tables of its experiments."""
    from .report.study_tables import PARTS, study_frame, study_part, study_tables
    from .study.study import load_study

    found = load_study(study)
    about = study_tables(found, part="experiments")[0][0]
    names = ("id", "title", "author", "date", "source", "about")
    return {
        **{name: getattr(found, name) for name in names},
        "parts": {part: study_part(found, part) for part in PARTS},
        "captions": PARTS | {"experiments": about},
        "published": {name: study_frame(found, [name]) for name in found.experiments},
    }


def _run_grid(
    study: str | None = None,
    *,
    hear: Callable[[str, str, int], object],
    grid: Mapping[str, Sequence[object]] | None = None,
    **options: object,
) -> dict[str, object]:
    """Run a grid; R hears of it through a function of what it is, a text and a number of epochs."""
    from .running.driver import run_grid
    from .running.progress import SpokenProgress
    from .running.summary import describe_summary

    class Progress(SpokenProgress):
        def notice(self, text: str) -> None:
            hear("line", text, 0)

        def expect(self, epochs: int) -> None:
            hear("expect", self.counts, epochs)

        def move(self, epochs: int) -> None:
            hear("move", self.counts, epochs)

    progress = Progress()
    if grid is not None:
        options["grid"] = [
            dict(zip(grid, row, strict=True)) for row in zip(*grid.values(), strict=True)
        ]
    try:
        with _interrupts_left_to_r():
            summary = run_grid(study, progress=progress, **options)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(progress.interruption()) from None
    return {**plain(summary), "said": describe_summary(summary)}


@contextlib.contextmanager
def _interrupts_left_to_r() -> Iterator[None]:
    """Put the handler of Ctrl-C back that tells R too.

    It is written in C and belongs to reticulate. `signal.signal()`, by which the loop hears of
    signals and leaves them again, puts one of Python's in its place, and R's own loops would never
    be interrupted again.
    """
    api = ctypes.pythonapi
    get = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_int)(("PyOS_getsig", api))
    put = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(("PyOS_setsig", api))
    before = get(signal.SIGINT)
    try:
        yield
    finally:
        put(signal.SIGINT, before)


def _comparison_table(
    study: str,
    *,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    store: str | None = None,
    **options: object,
) -> "pd.DataFrame":
    """Give the table with what `tune-grid table` says around it."""
    from .report.captions import agreement_note, runs_caption, table_caption
    from .results.compare import comparison_tables, stacked
    from .store.store import find_study

    found = find_study(study, store=store)
    how = {"protocol": protocol, "preset": preset, "any": any, "store": store}
    tables = comparison_tables(found, **how, **options)
    notes = {name: agreement_note(table) for name, table in tables.items()}
    named = found.pick_protocol(protocol)
    table = stacked(tables)
    if len(tables) == 1:
        caption = table_caption(found, next(iter(tables)), named, preset, any=any)
    else:
        caption = f"{found.id} {', '.join(tables)}, protocol {named}"
        caption = runs_caption(caption, preset, any=any)
        notes = {name: f"{name}: {note}" for name, note in notes.items() if note}
    table.attrs |= {
        "caption": caption,
        "note": [note for note in notes.values() if note],
        "hidden": [] if any else ["departures"],
    }
    return table


def _published_table(
    study: str,
    table: str,
    *,
    preset: str = "full",
    any: bool = False,  # noqa: A002
    **options: object,
) -> "pd.DataFrame":
    from .report.captions import beside_caption, runs_caption
    from .results.published import published_table
    from .store.store import find_study

    found = find_study(study, store=options.get("store"))
    beside = published_table(found, table, preset=preset, any=any, **options)
    caption = beside_caption(found, found.pick_table(table))
    beside.attrs["caption"] = runs_caption(caption, preset, any=any)
    return beside


def _export_model(**options: object) -> dict[str, object]:
    """Say of the images that the model takes what its run's spec has."""
    from .report.models import export_model

    done = export_model(**options)
    names = ("file", "key", "trained", "same")
    data = {"scaling": done.spec.data.scaling, "orientation": done.spec.data.orientation}
    return {**{name: getattr(done, name) for name in names}, **data}


def _row_model_json(model: "keras.Model", row: Mapping[str, Scalar], number: int) -> str:
    from .study.own_grid import row_model_json

    return row_model_json(model, row, number)


_VERBS: Mapping[str, Callable[..., object]] = {
    "is_complete": _is_complete,
    "row_model_json": _row_model_json,
    "studies": _studies,
    "load_study": _load_study,
    "run_grid": _run_grid,
    "comparison_table": _comparison_table,
    "published_table": _published_table,
    "export_model": _export_model,
    "sitrep": _sitrep,
}
