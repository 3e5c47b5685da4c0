"""Values as what reticulate converts: frames as columns, arrays as bytes."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


_LARGEST = 2**31 - 1  # of R's integers; what lies below its negative is NA

# What no text of R's can have: of halves of characters reticulate makes empty texts, and to NUL
# it says no more than that it is there.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def as_text(value: object) -> str:
    """Give a text that R can have: what it cannot have stands escaped."""
    return _NO_TEXT.sub(lambda found: found[0].encode("unicode_escape").decode(), str(value))


#: By R's word for a column's type: the filler where a value is missing, and its Python type.
_FILLERS: Mapping[str, tuple[object, Callable[[object], object]]] = {
    "logical": (False, bool),
    "integer": (0, int),
    "double": (0.0, float),
    "character": ("", as_text),
    "factor": ("", as_text),
}


def plain(value: object) -> object:
    """Give a value as what reticulate converts: dicts, lists, numbers, texts, None.

    A frame is a dict with `frame` (its columns, see `_column`), `rows`, and `attributes`.
    """
    if hasattr(value, "iloc"):
        attributes = {name: plain(one) for name, one in value.attrs.items() if name != "columns"}
        columns = [_column(as_text(name), value[name]) for name in value]
        return {"frame": columns, "rows": len(value), "attributes": attributes}
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {as_text(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, int) and abs(value) > _LARGEST:
        return float(value)  # of which reticulate makes another number without a word
    return value if value is None or isinstance(value, bool | int | float) else as_text(value)


def array_from_r(sent: object) -> "np.ndarray | pd.DataFrame | object":
    """Give the array that R sent as `type` (NumPy's word), `shape` and `blocks` of its bytes.

    Its first index runs first, as in R; what is none of R's arrays is given as it is, and one with
    `columns`, their names, as a frame. reticulate before 1.38 cannot convert arrays for NumPy 2,
    and bytes go over at once in any.
    """
    import numpy as np

    if not (isinstance(sent, Mapping) and "blocks" in sent):
        return sent
    content = bytearray().join(sent["blocks"])
    array = np.ndarray(sent["shape"], sent["type"], buffer=content, order="F")
    if not sent.get("columns"):
        return array
    import pandas as pd

    return pd.DataFrame(array, columns=sent["columns"])


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
        return [as_text(level) for level in values.cat.categories]
    return [as_text(level) for level in dict.fromkeys(known)] if name == "experiment" else []


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
