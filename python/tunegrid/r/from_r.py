"""From R to pandas: a data frame's vectors as columns of nullable types."""

import numpy as np
import pandas as pd

from ..errors import BridgeError
from .session import robjects

_NA_WORD = 1954  # the lower half of NA among R's NaNs (source: arithmetic.c of R)
_LOWER = 0xFFFFFFFF
_NA_INTEGER = -(2**31)
_SECONDS = {"secs": 1, "mins": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}


def from_r(frame: object) -> pd.DataFrame:
    """Make a pandas frame of an R data frame.

    Returns:
        Columns of nullable types: boolean, Int64, Float64 (NA as NA, NaN as NaN), string;
        factors as categories, Date and POSIXct as datetimes, difftime as timedeltas. Row names
        are left out.

    Raises:
        BridgeError: naming the column that is of no such type, or what is no data frame.
    """
    if "data.frame" not in tuple(getattr(frame, "rclass", ())):
        raise BridgeError("R gave something that is no data frame.")
    names = [str(name) for name in frame.names] if len(frame) else []
    with robjects().default_converter.context():  # whoever calls may have ours
        columns = [_column(name, vector) for name, vector in zip(names, frame, strict=True)]
    if not columns:
        return pd.DataFrame()
    return pd.concat([pd.Series(column) for column in columns], axis=1).set_axis(names, axis=1)


def _column(name: str, vector: object) -> object:
    ro, classes = robjects(), tuple(vector.rclass)
    if "factor" in classes:
        return _categorical(vector, ordered="ordered" in classes)
    if "POSIXct" in classes:
        return _times(vector)
    if "Date" in classes:
        days, missing = _doubles(ro.r("as.numeric")(vector))
        return pd.Series(np.where(missing, np.datetime64("NaT", "D"), _days(days, missing)))
    if "difftime" in classes:
        return _durations(vector)
    if isinstance(vector, ro.BoolVector):
        values = np.asarray(vector.memoryview(), np.int32)
        return pd.arrays.BooleanArray(values == 1, values == _NA_INTEGER)
    if isinstance(vector, ro.IntVector):
        values = np.asarray(vector.memoryview(), np.int32).astype("int64")
        return pd.arrays.IntegerArray(values, values == _NA_INTEGER)
    if isinstance(vector, ro.FloatVector):
        return pd.arrays.FloatingArray(*_doubles(vector))
    if isinstance(vector, ro.StrVector):
        texts = [None if text is ro.NA_Character else str(text) for text in vector]
        return pd.array(texts, dtype="string")
    raise BridgeError(f"The column {name} is of a type that pandas has none for: {classes[0]}.")


def _doubles(vector: object) -> tuple[np.ndarray, np.ndarray]:
    """Give a vector's doubles, and which of them are NA; a NaN is none of these."""
    values = np.array(vector.memoryview(), np.float64)
    missing = np.isnan(values) & (values.view(np.uint64) & _LOWER == _NA_WORD)
    return values, missing


def _days(days: np.ndarray, missing: np.ndarray) -> np.ndarray:
    return np.floor(np.where(missing, 0, days)).astype("int64").astype("datetime64[D]")


def _times(vector: object) -> pd.Series:
    seconds, missing = _doubles(robjects().r("as.numeric")(vector))
    micros = np.round(np.where(missing, 0, seconds) * 1e6).astype("int64")
    zone = robjects().r("function(x) { z <- attr(x, 'tzone'); if (is.null(z)) '' else z[[1]] }")
    times = pd.Series(micros.astype("datetime64[us]")).dt.tz_localize("UTC")
    named = str(zone(vector)[0]) or "UTC"
    return times.dt.tz_convert(named).mask(missing)


def _durations(vector: object) -> pd.Series:
    values, missing = _doubles(robjects().r("as.numeric")(vector))
    unit = str(robjects().r("function(x) attr(x, 'units')")(vector)[0])
    micros = np.round(np.where(missing, 0, values) * _SECONDS[unit] * 1e6).astype("int64")
    return pd.Series(micros.astype("timedelta64[us]")).mask(missing)


def _categorical(vector: object, *, ordered: bool) -> pd.Categorical:
    codes = np.asarray(vector.memoryview(), np.int32).astype("int64")
    levels = [str(level) for level in vector.levels]
    return pd.Categorical.from_codes(
        np.where(codes == _NA_INTEGER, -1, codes - 1), levels, ordered=ordered
    )
