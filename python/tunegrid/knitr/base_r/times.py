"""Dates, times and durations as R's `format()` writes them."""

import numpy as np

_DAY = 86400.0  # seconds

#: R's units of durations, in seconds, each for durations that are shorter than the limit.
_UNITS = (("secs", 1.0, 60.0), ("mins", 60.0, 3600.0), ("hours", 3600.0, _DAY))
_DAYS = ("days", _DAY)


def format_moments(moments: np.ndarray) -> list[str | None]:
    """Format moments as `format.POSIXct` does: dates where all are midnights, else to the second.

    Fractions of seconds are cut off, as under R's default `digits.secs`. R keeps seconds in a
    double, so that far from 1970 the last microseconds are lost, here too.

    Args:
        moments: datetime64 without a time zone, as the clock there shows it.
    """
    whole = moments.astype("datetime64[s]")
    seconds = whole.astype(np.int64) + (moments - whole) / np.timedelta64(1, "s")
    missing = np.isnat(moments)
    whole[~missing] = np.floor(seconds[~missing]).astype(np.int64).astype("datetime64[s]")
    unit = "D" if np.all((seconds % _DAY == 0) | missing) else "s"
    texts = np.datetime_as_string(whole.astype(f"datetime64[{unit}]"), unit=unit)
    return [
        None if text == "NaT" else text.replace("T", " ").lstrip("0") for text in texts.tolist()
    ]


def split_durations(durations: np.ndarray) -> tuple[np.ndarray, str]:
    """Express durations in the unit that R's `difftime()` chooses, by the shortest of them.

    Args:
        durations: timedelta64.

    Returns:
        Doubles, NaN where there is none, and the unit.
    """
    missing = np.isnat(durations)
    nanoseconds = durations.astype("timedelta64[ns]").astype(np.int64)
    seconds = np.where(missing, np.nan, nanoseconds / 1e9)
    shortest = 0.0 if missing.all() else float(np.nanmin(np.abs(seconds)))
    name, scale = next(((unit, size) for unit, size, end in _UNITS if shortest < end), _DAYS)
    return seconds / scale, name
