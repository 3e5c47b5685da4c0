"""Random frames with random options, each for Python's kable and as an expression for R."""

import datetime as dt
import math
import random
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from live_knitr import r_double, r_seconds, r_text, r_value, r_vector

SIZES = [0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 12]
BERLIN = "Europe/Berlin"
# The blanks, escapes, marks and wide characters that some format treats in its own way.
PIECES = [
    *"|&<>\"'\\~^#$%_{}[]()`*-:+=?;,. \t\n\r\f\v\x01\x7f07aZ",
    *["\u00a0", "\u0301", "\u00e9", "\u6f22", "\u5b57", "\u3000", "\u2003", "\u200b", "\u00ad"],
    *["\U0001f600", "\U0001f979", "\u1160", "\ufeff", "\u0378", "\ue000", "\u2028", "\x85"],
    *["[a](b)", "`[a](b)`", "[a](", "NA", "NaN", "word", "two words", "  ", "\\ ", "\\\\", "---"],
    *["\\f", "<td>", "&amp;", "https://x.org", "![i](j)"],
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    st.text("abcxyz 0123456789", max_size=12),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)


@dataclass(frozen=True)
class Case:
    """One call: of Python's kable, and of R's."""

    frame: pd.DataFrame
    options: dict
    expression: str


@st.composite
def doubles(draw, size):
    """Draw a column of doubles of one character: common decimals, ties, tiny beside huge ..."""
    scale = draw(st.sampled_from([0, 0, 0, 1, 2, 5, 7, 8, 12, 20, -3, -6, -10, -100, 290, -300]))
    decimals = draw(st.integers(0, 9))
    number = draw(
        st.sampled_from(
            [
                st.floats(allow_nan=False, width=64),
                st.floats(-1000, 1000).map(lambda x: round(x, decimals)),
                st.floats(-10, 10).map(lambda x: x * 10.0**scale),
                st.integers(-(10**8), 10**8).map(lambda x: (x + 0.5) / 10.0**decimals),
                st.integers(-(10**4), 10**4).map(lambda x: float(f"{x}5e{scale - 8}")),
                st.integers(-(10**9), 10**9).map(float),
                st.integers(-20, 20).map(lambda x: float(f"1e{x}")),
                st.tuples(st.integers(-5, 15), st.integers(4, 16)).map(
                    lambda x: 10.0 ** x[0] * (1 - 10.0 ** -x[1])
                ),
                st.sampled_from([0.0, -0.0, 0.1, 0.15, 2.5, -0.5, 1e5, 1e15, 123456.0, 5e-324]),
            ]
        )
    )
    special = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0])
    number = number | special if draw(st.booleans()) else number
    return draw(st.lists(number, min_size=size, max_size=size))


@st.composite
def rough_doubles(draw, size):
    """Draw a column of doubles with all their digits, near ties and powers of ten."""
    return rough_numbers(random.Random(draw(st.integers(0, 2**48))), size)


def rough_numbers(chance, size):
    """Draw such doubles, all of one scale; in columns of few rows they are of few kinds."""
    scale = chance.choice([0, 0, 0, 1, 3, 6, 9, 15, 25, -2, -5, -9, -15, -30, 250, -290])
    kinds = _rough_kinds(chance, scale)
    kinds = kinds if size > max(SIZES) else chance.sample(kinds, k=chance.choice([1, 1, 2, 3]))
    return [chance.choice(kinds)() for _ in range(size)]


def _rough_kinds(chance, scale):
    whole, special = chance.randint, [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e308]
    return [
        lambda: chance.uniform(-1, 1) * 10.0**scale,
        lambda: chance.uniform(-1, 1) * 10.0 ** (scale + whole(-8, 8)),
        lambda: float(f"{whole(10**6, 10**7)}5e{whole(-9, 2)}"),
        lambda: float(f"{whole(10**14, 10**15)}5e{scale - 15}"),
        lambda: round(chance.uniform(-1000, 1000), whole(0, 8)),
        lambda: (whole(-(10**6), 10**6) + 0.5) / 10 ** whole(0, 7),
        lambda: 10.0 ** whole(1, 15) - whole(1, 9) * chance.choice([1, 0.1]),
        lambda: 10.0 ** whole(-9, 15) * (1 - 10.0 ** -whole(3, 16)),
        lambda: float(whole(1, 9)) * 10.0 ** whole(-12, 16),
        lambda: chance.choice(special),
    ]


def _optional(strategy, draw):
    return strategy | st.none() if draw(st.booleans()) else strategy


def _list(strategy, size, draw):
    return draw(st.lists(_optional(strategy, draw), min_size=size, max_size=size))


def _numpy_floats(draw, size):
    values = draw(doubles(size) | rough_doubles(size))
    written = [r_double(None if math.isnan(value) else value) for value in values]
    known = not all(map(math.isnan, values))  # objects that are all missing are logical in R
    kind = draw(st.sampled_from(["float64", "object"])) if known else "float64"
    return pd.Series(values, dtype=kind), r_vector(written, "numeric")


def _masked_floats(draw, size):
    values = np.array(draw(doubles(size) | rough_doubles(size)), dtype=np.float64)
    mask = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
    series = pd.Series(pd.arrays.FloatingArray(values, mask))
    written = [
        r_double(None if missing else value)
        for value, missing in zip(values.tolist(), series.isna(), strict=True)
    ]
    return series, r_vector(written, "numeric")


def _integers(draw, size):
    largest = draw(st.sampled_from([9, 1000, 10**6, 2**31 - 1, 2**31, 2**40, 2**53, 2**63 - 1]))
    values = _list(st.integers(-largest, largest) | st.sampled_from([0, 100000]), size, draw)
    kind = "Int64" if None in values else draw(st.sampled_from(["int64", "Int64", "object"]))
    if any(abs(value or 0) >= 2**31 for value in values):
        written = [r_double(None if value is None else float(value)) for value in values]
    else:
        written = ["NA_integer_" if value is None else f"{value}L" for value in values]
    return pd.Series(values, dtype=kind if size else "int64"), r_vector(written, "integer")


def _booleans(draw, size):
    values = _list(st.booleans(), size, draw)
    kind = draw(st.sampled_from(["boolean", "object"])) if None in values or not size else "bool"
    return pd.Series(values, dtype=kind), r_vector(
        [r_logical(value) for value in values], "logical"
    )


def r_logical(value):
    """Write a truth value; None is NA."""
    return "NA" if value is None else str(value).upper()


def _texts(draw, size):
    values = _list(TEXTS, size, draw)
    kind = draw(st.sampled_from(["str", "object", "string"]))
    return pd.Series(values, dtype=kind), r_vector([r_text(value) for value in values], "character")


def _factor(draw, size):
    labels = draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True))
    values = _list(st.sampled_from(labels), size, draw)
    vector = r_vector([r_text(value) for value in values], "character")
    levels = r_vector([r_text(label) for label in labels], "character")
    return pd.Series(pd.Categorical(values, labels)), f"factor({vector}, levels = {levels})"


def _factor_of_numbers(draw, size):
    labels = sorted(
        draw(st.sets(st.floats(-1e9, 1e9).map(lambda x: round(x, 3) + 0.0), min_size=1))
    )
    values = _list(st.sampled_from(labels), size, draw)
    vector = r_vector([r_double(value) for value in values], "numeric")
    return pd.Series(pd.Categorical(values, labels)), f"factor({vector})"


def _moments(draw, size):
    moments = st.datetimes()
    step = draw(st.sampled_from(["microsecond", "second", "hour"]))
    fields = {"microsecond": 0} if step == "second" else {}
    fields = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0} if step == "hour" else fields
    moments = moments.map(lambda moment: moment.replace(**fields))
    values = _list(moments, size, draw)
    written = ["NA_real_" if value is None else r_seconds(value) for value in values]
    zone = draw(st.sampled_from([None, None, "UTC"]))
    series = pd.Series(pd.array(values, dtype="datetime64[us]"))
    series = series if zone is None else series.dt.tz_localize(zone)
    return series, f'as.POSIXct({r_vector(written, "numeric")}, origin = "1970-01-01", tz = "UTC")'


def _moments_with_zone(draw, size):
    hours = st.integers(180_000, 520_000)  # since 1970, to 2029
    moments = hours.map(lambda hours: pd.Timestamp(hours * 3600, unit="s").to_pydatetime())
    values = _list(moments, size, draw)
    written = ["NA_real_" if value is None else r_seconds(value) for value in values]
    series = pd.Series(pd.array(values, dtype="datetime64[us]"))
    series = series.dt.tz_localize("UTC").dt.tz_convert(BERLIN)
    vector = r_vector(written, "numeric")
    return series, f'as.POSIXct({vector}, origin = "1970-01-01", tz = "{BERLIN}")'


def _days(draw, size):
    values = _list(st.dates(dt.date(1, 1, 1)), size, draw)
    first = dt.date(1970, 1, 1)
    written = ["NA_real_" if value is None else f"{(value - first).days}" for value in values]
    series = pd.Series(values, dtype=object)
    if not size:
        return series, "character(0)"
    vector = r_vector(written, "numeric")
    if all(value is None for value in values):
        return series, vector.replace("NA_real_", "NA")
    return series, f'structure({vector}, class = "Date")'


def _durations(draw, size):
    longest = draw(st.sampled_from([60, 3600, 86400, 10**8])) * 10**6
    values = _list(st.integers(-longest, longest), size, draw)
    unit, per = _unit(values)
    written = [r_double(None if value is None else value * 1000 / 1e9 / per) for value in values]
    vector = r_vector(written, "numeric")
    series = pd.Series(pd.array(values, dtype="timedelta64[us]"))
    if not size:  # which R before 4.3 cannot format
        return series, "character(0)"
    return series, f'as.difftime({vector}, units = "{unit}")'


def _unit(values):
    shortest = min((abs(value) / 1e6 for value in values if value is not None), default=0)
    units = {"secs": (1, 60), "mins": (60, 3600), "hours": (3600, 86400), "days": (86400, math.inf)}
    return next((unit, per) for unit, (per, end) in units.items() if shortest < end)


def _nothing(_, size):
    return pd.Series([None] * size, dtype=object), r_vector(["NA"] * size, "logical")


KINDS = [
    *[_numpy_floats] * 6, *[_masked_floats] * 2, *[_integers] * 3, *[_texts] * 3, _booleans,
    _factor, _factor_of_numbers, _moments, _moments_with_zone, _days, _durations, _nothing,
]  # fmt: skip


def _digits(draw, columns):
    digit = st.integers(-4, 12) | st.sampled_from([0, 1, 2, 3, 7, 15, 20, 40, -20, 308, 324])
    several = st.lists(digit, min_size=columns, max_size=columns) if columns else st.none()
    return draw(st.none() | digit | several)


def _align(draw, columns, format_):
    letters = st.text("lcr", min_size=1, max_size=columns + 1)
    latex = st.lists(st.sampled_from(["l", "c", "p{3cm}", "S[x]"]), min_size=1, max_size=3)
    several = st.lists(st.sampled_from("lcr"), min_size=1, max_size=columns + 1)
    return draw(
        st.one_of(
            st.none(), letters, several, st.sampled_from([False]), *[latex] * (format_ == "latex")
        )
    )


FORMAT_ARGS = st.fixed_dictionaries(
    {},
    optional={
        "big.mark": st.sampled_from([",", " ", "'", ".", "\\,", "\u2009"]),
        "big.interval": st.integers(1, 4),
        "nsmall": st.integers(0, 20),
        "digits": st.integers(1, 5) | st.integers(1, 22) | st.just(15),
        "scientific": st.sampled_from([True, False, 3, -3]),
        "decimal.mark": st.just(","),
        "small.mark": st.sampled_from([" ", "_"]),
        "small.interval": st.integers(1, 5),
        "drop0trailing": st.booleans(),
    },
)
SHORT = st.sampled_from(["", "A table", "x & y", "100% | [1]", "[!ht]", " b "])
LATEX = {
    "booktabs": st.booleans(),
    "longtable": st.booleans(),
    "tabular": st.sampled_from(["tabular", "tabularx", "longtable", "xltabular"]),
    "valign": st.sampled_from(["t", "[b]", "", "{5cm}"]),
    "position": st.sampled_from(["", "!b"]),
    "centering": st.booleans(),
    "vline": st.sampled_from(["", "|", "||"]),
    "toprule": st.sampled_from(["\\hline\\hline", False]),
    "midrule": st.sampled_from(["\\cmidrule(lr){1-2}", ""]),
    "bottomrule": st.sampled_from(["\\hline\\hline", False]),
    "linesep": st.sampled_from(["", ("", "\\addlinespace"), "\\hline"]),
    "caption.short": SHORT,
    "table.envir": st.sampled_from(["table*", "margintable"]),
}
TEXT = {
    "padding": st.integers(0, 3),
    "newline": st.sampled_from(["", " ", "<br>"]),
    "rownames.name": SHORT,
}
MARKUP = {
    "html": {
        "escape": st.booleans(),
        "table.attr": st.sampled_from(['class="a b"', " id=x ", "", " "]),
    },
    "latex": {"escape": st.booleans(), **LATEX},
    "rst": {"rownames.name": SHORT},
    "simple": TEXT,
    "jira": TEXT,
    "pipe": {**TEXT, "caption.label": st.sampled_from(["Tab.", ""])},
    "org": {**TEXT, "caption.label": st.sampled_from(["Tab.", ""])},
}


def _markup(draw, format_):
    return draw(st.just({}) | st.fixed_dictionaries({}, optional=MARKUP[format_]))


def _names(draw, columns, row_names, version):
    most = columns + (1 if row_names and version >= (1, 44) else 0)
    own = st.lists(TEXTS, min_size=columns, max_size=most)
    return draw(st.one_of(st.none(), st.none(), own, st.sampled_from([False])))


@st.composite
def cases(draw, version):
    """Draw a call for a version of knitr."""
    size, width = draw(st.sampled_from(SIZES)), draw(st.integers(0, 5))
    columns = [draw(st.sampled_from(KINDS))(draw, size) for _ in range(width)]
    names = [draw(TEXTS) for _ in range(width)]
    rows = draw(st.none() | st.lists(TEXTS, min_size=size, max_size=size, unique=True))
    frame = pd.concat([series for series, _ in columns], axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index(names, dtype=object)
    frame.index = pd.RangeIndex(size) if rows is None else pd.Index(rows, dtype=object)
    options = _options(draw, frame, version)
    return Case(frame, _to_python(options), _call(columns, names, rows, size, options))


def _options(draw, frame, version):
    formats = ["pipe", "simple", "html", "latex", "rst", "jira"] + ["org"] * (version >= (1, 44))
    options = {"format": draw(st.sampled_from(formats))}
    width, format_ = frame.shape[1], options["format"]
    given = {
        "row.names": draw(st.sampled_from([None, None, True, False])),
        "digits": _digits(draw, width),
        "align": _align(draw, width, format_),
        "caption": draw(st.none() | SHORT),
        "label": draw(st.none() | SHORT),
        "format.args": draw(st.none() | FORMAT_ARGS),
        "na": draw(st.sampled_from([None, None, None, "", "-", " . "])),
    }
    shown = given["row.names"]
    given["col.names"] = _names(draw, width, shown, version)
    options |= {name: value for name, value in given.items() if value is not None}
    return options | _markup(draw, format_)


def _to_python(options):
    return {name.replace(".", "_"): value for name, value in options.items()}


def _call(columns, names, rows, size, options):
    row_names = f"c(NA, -{size}L)" if rows is None else r_value(rows)
    written = r_vector([r_text(name) for name in names], "character")
    frame = (
        f"structure(list({', '.join(vector for _, vector in columns)}), names = {written}, "
        f'row.names = {row_names}, class = "data.frame")'
    )
    options = dict(options)
    na = r_value(options.pop("na", None))
    arguments = [f"{name} = {_argument(name, value)}" for name, value in options.items()]
    return f"{{options(knitr.kable.NA = {na}); kable({', '.join([frame, *arguments])})}}"


def _argument(name, value):
    if name in {"align", "col.names", "toprule", "bottomrule"} and value is False:
        return "NULL"
    return r_value(value)
