"""What R would see in a column of a pandas frame: numbers, durations, or text."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from .base_r.times import format_moments, split_durations
from .base_r.values import check_scalars, write_value


@dataclass(frozen=True)
class Numbers:
    """Doubles, and which of them are NA. R rounds integers to doubles too.

    Args:
        values: the doubles; NaN where NA.
        missing: which are NA; another NaN is one that was computed.
    """

    values: np.ndarray
    missing: np.ndarray


@dataclass(frozen=True)
class Durations:
    """Doubles in a unit of time; NaN is NA."""

    values: np.ndarray
    unit: str


@dataclass(frozen=True)
class Texts:
    """Text, None where it is missing.

    Args:
        texts: the text.
        padded: whether R pads it to a common width on the way, as it does text and factors.
    """

    texts: list[str | None]
    padded: bool = False


Column = Numbers | Durations | Texts


def read_column(series: pd.Series) -> Column:
    """Read a column as R would.

    Raises:
        SpecError: if a cell holds more than a single value.
    """
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _read_factor(series)
    if types.is_bool_dtype(dtype) or types.is_complex_dtype(dtype):
        return _read_objects(series)
    if types.is_numeric_dtype(dtype):
        return _read_numbers(series)
    if types.is_datetime64_any_dtype(dtype):
        return Texts(format_moments(_clock(series)))
    if types.is_timedelta64_dtype(dtype):
        return Durations(*split_durations(series.to_numpy()))
    if types.is_object_dtype(dtype):
        return _read_inferred(series)
    return _read_objects(series)


def _read_numbers(series: pd.Series) -> Numbers:
    return Numbers(series.to_numpy(np.float64, na_value=np.nan), series.isna().to_numpy(bool))


def _read_factor(series: pd.Series) -> Texts:
    check_scalars(series.cat.categories, series.name)
    labels = write_index(series.cat.categories)
    return Texts([labels[code] if code >= 0 else None for code in series.cat.codes], padded=True)


def write_index(index: pd.Index) -> list[str | None]:
    """Write values of which R keeps the text alone, such as the levels of a factor."""
    if isinstance(index, pd.DatetimeIndex):
        return format_moments(_clock(index.to_series()))
    return [write_value(value) for value in index]


def _clock(series: pd.Series) -> np.ndarray:
    if series.dt.tz is not None:
        series = series.dt.tz_localize(None)
    return series.to_numpy(dtype=np.dtype(f"datetime64[{series.dt.unit}]"))


def _read_objects(series: pd.Series) -> Texts:
    values = series.tolist()
    check_scalars(values, series.name)
    return Texts([write_value(value) for value in values], padded=True)


def _read_inferred(series: pd.Series) -> Column:
    """Read Python objects, which have a type together when they all have the same."""
    kind = types.infer_dtype(series, skipna=True)
    if kind in {"integer", "floating", "mixed-integer-float", "decimal"}:
        missing = series.isna()
        return _read_numbers(series.where(~missing, np.nan).astype(np.float64))
    if kind == "date":
        days = [np.datetime64("NaT") if pd.isna(day) else np.datetime64(day) for day in series]
        return Texts(format_moments(np.array(days, dtype="datetime64[D]")))
    if kind in {"datetime", "datetime64"} and len({day.tzinfo for day in series.dropna()}) == 1:
        return Texts(format_moments(_clock(pd.to_datetime(series))))
    if kind in {"timedelta", "timedelta64"}:
        return Durations(*split_durations(pd.to_timedelta(series).to_numpy()))
    return _read_objects(series)
