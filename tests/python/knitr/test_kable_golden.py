"""Tables that R's knitr wrote (tests/golden/kable.R), which Python's kable must match."""

import datetime as dt
import math
import re
from pathlib import Path

import pandas as pd
import pytest

from tunegrid.knitr import kable

GOLDEN = Path(__file__).parents[2] / "golden" / "kable"
MOMENTS = pd.Series([pd.Timestamp("2020-01-01 12:00"), pd.Timestamp("2020-01-02"), pd.NaT])

FRAMES = {
    "models": pd.DataFrame(
        {
            "model": ["ANN", "a|b", None],
            "accuracy": [0.9, 0.98765432, math.nan],
            "epochs": pd.array([10, 100000, None], dtype="Int64"),
            "best": pd.array([True, None, False], dtype="boolean"),
        }
    ),
    "text": pd.DataFrame(
        {
            "wide": ["\u6f22\u5b57", "e\u0301", "\U0001f600", "", "x"],
            "marks": [
                '"a" & <b>', "\\ # $ % _ { } ~ ^", "[1] `c`", "[d](https://e.org)", "'*'",
            ],
            "blanks": ["  both ", "tab\t", "end\\", "end\\ ", "a\nb"],
        }
    ),
    "numbers": pd.DataFrame(
        {
            "common": [1.5, 0.25, 100, -3],
            "tiny": [1e-4, 1e-3, 1e-10, 0],
            "spread": [1e-10, 1, 1e10, 0],
            "ties": [0.15, 2.5, 0.00000005, 1e5],
            "special": pd.arrays.FloatingArray(
                pd.Series([math.inf, -math.inf, math.nan, 0]).to_numpy(),
                pd.Series([False, False, False, True]).to_numpy(),
            ),
            "large": [123456789, 2147483648, 10**15, 10**5],
            "zero": [-0.0, -1e-12, 1e-8, 0],
        }
    ),
    "lone": pd.DataFrame({"n": [100000]}),
    "times": pd.DataFrame(
        {
            "day": pd.Series([dt.date(2020, 2, 29), None, dt.date(99, 1, 2)], dtype=object),
            "moment": MOMENTS,
            "midnight": MOMENTS.dt.floor("D"),
            "zone": pd.to_datetime(pd.Series(["2020-07-01T01:00Z", "2020-01-02T01:00Z", None]))
            .dt.tz_convert("Europe/Berlin"),
            "took": pd.to_timedelta(pd.Series(["90min", "15min", None])),
            "factor": pd.Categorical(["b", None, "a"], ["b", "a"]),
            "number": pd.Categorical([1.0, 2.5, None]),
        }
    ),
    "rows": pd.DataFrame({"x": [1, 22]}, index=["first", "second one"]),
    "empty": pd.DataFrame({"a": pd.Series(dtype=float), "b": pd.Series(dtype="str")}),
    "none": pd.DataFrame(),
    "twice": pd.DataFrame([[1, 2]], columns=["a", "a"]),
}  # fmt: skip

CAPTION = {"caption": "Our models"}
CALLS = {
    "digits": ("models", {"digits": 2}),
    "digits for each": ("numbers", {"digits": [0, 12, 3, 1, 7, -3, 7]}),
    "row names": ("models", {"row_names": True}),
    "no row names": ("rows", {"row_names": False}),
    "names": ("models", {"col_names": ["a", "b|c", "", "<d>"]}),
    "no names": ("models", {"col_names": False}),
    "no names, simple": ("models", {"format": "simple", "col_names": False}),
    "no names, html": ("models", {"format": "html", "col_names": False}),
    "no names, jira": ("models", {"format": "jira", "col_names": False}),
    "align": ("models", {"align": "lcr"}),
    "no align": ("models", {"align": False}),
    "caption": ("models", CAPTION),
    "caption, rst": ("models", {"format": "rst", **CAPTION}),
    "caption, html": ("models", {"format": "html", "caption": "Our <models>"}),
    "label": ("models", {"format": "latex", "label": "models", **CAPTION}),
    "format": ("numbers", {"format_args": {"big.mark": ",", "nsmall": 2}}),
    "format, digits": ("numbers", {"format_args": {"digits": 3, "scientific": True}}),
    "decimal comma": ("numbers", {"format_args": {"decimal_mark": ",", "drop0trailing": True}}),
    "unescaped html": ("text", {"format": "html", "escape": False}),
    "unescaped latex": ("text", {"format": "latex", "escape": False}),
    "attributes": ("models", {"format": "html", "table_attr": 'class="a"'}),
    "booktabs": ("text", {"format": "latex", "booktabs": True}),
    "booktabs of seven": ("seven", {"format": "latex", "booktabs": True}),
    "longtable": ("models", {"format": "latex", "longtable": True, **CAPTION}),
    "latex columns": (
        "models",
        {"format": "latex", "align": ["p{3cm}", "r", "S", "l"], "vline": ""},
    ),
    "latex options": (
        "models",
        {
            "format": "latex", "caption_short": "Models", "position": "!ht", "valign": "b",
            "centering": False, "linesep": ["", "\\addlinespace"], "toprule": "\\hline\\hline",
            **CAPTION,
        },
    ),
    "padding": ("models", {"padding": 3}),
    "missing": ("models", {"na": "-"}),
    "missing numbers and times": ("both", {"na": "-"}),
}  # fmt: skip
OTHERS = {
    "seven": pd.DataFrame({"x": range(1, 8)}),
    "both": pd.concat([FRAMES["numbers"].head(3), FRAMES["times"]], axis=1),
}


def _golden():
    for file in sorted(GOLDEN.glob("*.txt")):
        head, *parts = re.split(r"^#### ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        version = re.search(r"^knitr (.*)$", head, re.MULTILINE)[1]
        for part in parts:
            name, _, table = part.partition("\n")
            yield pytest.param(version, name, table.removesuffix("\n"), id=f"{version} {name}")


@pytest.mark.parametrize(("version", "name", "table"), list(_golden()))
def test_matches_what_r_wrote(version, name, table):
    """Each table of each version of knitr, byte for byte."""
    frame, format_ = name.split()[0], name.split()[-1]
    frame, options = CALLS.get(name, (frame, {"format": format_}))
    frame = FRAMES[frame] if frame in FRAMES else OTHERS[frame]
    assert kable(frame, knitr_version=version, **options) == table
