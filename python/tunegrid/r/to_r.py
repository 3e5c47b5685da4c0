"""From pandas to R: a frame's columns as R's vectors."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ..errors import BridgeError
from .session import robjects

_BOUND = 2**31  # R's whole numbers lie below, either way
_EPOCH = dt.date(1970, 1, 1)
_SECOND = 1_000_000_000  # in nanoseconds


def to_r(df: pd.DataFrame) -> object:
    """Make an R data frame: types, NA against NaN, levels, dates and times are kept.

    Whole numbers beyond 2^31 become doubles, times without a zone are taken as UTC, and the
    index is left out. A NaN of NumPy's floats is NA, since pandas has no other NA there.

    Raises:
        BridgeError: naming the column that is of no such type.
    """
    with robjects().default_converter.context():  # whoever calls may have ours
        framed = robjects().r(
            "function(columns, names, n) "
            "structure(columns, names = names, class = 'data.frame', row.names = seq_len(n))"
        )
        columns = robjects().vectors.ListVector.from_length(df.shape[1])
        for position in range(df.shape[1]):
            columns[position] = _vector(str(df.columns[position]), df.iloc[:, position])
        names = robjects().StrVector([str(name) for name in df.columns])
        return framed(columns, names, len(df))


def _vector(name: str, column: pd.Series) -> object:
    ro, kind = robjects(), column.dtype
    missing = column.isna().to_numpy()
    if isinstance(kind, pd.CategoricalDtype):
        return _factor(column)
    if pd.api.types.is_bool_dtype(kind):
        return ro.BoolVector(_filled(column, missing, bool, ro.NA_Logical))
    if pd.api.types.is_integer_dtype(kind):
        whole = [abs(int(value)) < _BOUND for value in column.dropna()]
        if all(whole):
            return ro.IntVector(_filled(column, missing, int, ro.NA_Integer))
        return ro.FloatVector(_filled(column, missing, float, ro.NA_Real))
    if pd.api.types.is_float_dtype(kind):
        return ro.FloatVector(_filled(column, missing, float, ro.NA_Real))
    if isinstance(kind, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(kind):
        return _times(column, missing)
    if pd.api.types.is_timedelta64_dtype(kind):
        seconds = _nanoseconds(column, missing) / _SECOND
        return _with(ro.FloatVector(_na(seconds, missing)), "difftime", units="secs")
    values = [None if gone else value for value, gone in zip(column, missing, strict=True)]
    return _objects(name, values)


def _objects(name: str, values: list[object]) -> object:
    """Make a vector of a column of Python's own values, all of one type."""
    ro, there = robjects(), [value for value in values if value is not None]
    if all(isinstance(value, str) for value in there):
        na = ro.NA_Character
        return ro.StrVector([na if value is None else value for value in values])
    if all(isinstance(value, bool) for value in there):
        na = ro.NA_Logical
        return ro.BoolVector([na if value is None else value for value in values])
    if all(isinstance(value, dt.date) and not isinstance(value, dt.datetime) for value in there):
        days = [ro.NA_Real if day is None else float((day - _EPOCH).days) for day in values]
        return _with(ro.FloatVector(days), "Date")
    kinds = ", ".join(sorted({type(value).__name__ for value in there}))
    raise BridgeError(f"The column {name} has values that R has no type for: {kinds}.")


def _factor(column: pd.Series) -> object:
    ro = robjects()
    codes = [ro.NA_Integer if code < 0 else int(code) + 1 for code in column.cat.codes]
    levels = ro.StrVector([str(level) for level in column.cat.categories])
    vector = ro.IntVector(codes)
    vector.do_slot_assign("levels", levels)
    kinds = ["ordered", "factor"] if column.cat.ordered else ["factor"]
    vector.rclass = ro.StrVector(kinds)
    return vector


def _times(column: pd.Series, missing: np.ndarray) -> object:
    zone = getattr(column.dtype, "tz", None)
    if zone is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    seconds = _nanoseconds(column, missing) / _SECOND
    vector = robjects().FloatVector(_na(seconds, missing))
    return _with(vector, "POSIXct", "POSIXt", tzone="UTC" if zone is None else str(zone))


def _nanoseconds(column: pd.Series, missing: np.ndarray) -> np.ndarray:
    unit = "timedelta64[ns]" if column.dtype.kind == "m" else "datetime64[ns]"
    return np.where(missing, 0, column.to_numpy(unit).astype("int64")).astype(float)


def _na(values: np.ndarray, missing: np.ndarray) -> Iterator[float]:
    na = robjects().NA_Real
    return [na if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]


def _filled(column: pd.Series, missing: np.ndarray, kind: type, na: object) -> list[object]:
    return [na if gone else kind(value) for value, gone in zip(column, missing, strict=True)]


def _with(vector: object, *classes: str, **slots: str) -> object:
    ro = robjects()
    for name, value in slots.items():
        vector.do_slot_assign(name, ro.StrVector([value]))
    vector.rclass = ro.StrVector(list(classes))
    return vector
