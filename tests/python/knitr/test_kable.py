"""kable: types of columns, arguments, errors, versions. The golden tables cover the formats."""

import datetime as dt
import decimal
import math
import pathlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tunegrid import SpecError
from tunegrid.knitr import FORMATS, kable
from tunegrid.knitr.base_r.widths import display_width

ONE = pd.DataFrame({"a": [1]})
TWO = pd.DataFrame({"a": [1.5, 2.0], "b": ["x", "y"]})


def cells(values, dtype=None, **options):
    """Give the cells of a column, and its alignment, as pipe shows them."""
    series = values if isinstance(values, pd.Series) else pd.Series(values, dtype=dtype)
    lines = kable(pd.DataFrame({"x": series}), **options).splitlines()
    texts = [line.strip("|").strip() for line in lines[2:]]
    return texts, "r" if lines[1].endswith(":|") else "l"


@pytest.mark.parametrize(
    ("values", "dtype", "texts", "align"),
    [
        ([1, 22], "int64", ["1", "22"], "r"),
        ([100000], "int64", ["1e+05"], "r"),
        ([1, None], "Int64", ["1", "NA"], "r"),
        ([2**31, 1], "int64", ["2147483648", "1"], "r"),
        ([2**70, 1], "object", ["1.180592e+21", "1.000000e+00"], "r"),
        ([200, 1], "uint8", ["200", "1"], "r"),
        ([0.5, math.nan], "float64", ["0.5", "NA"], "r"),
        ([0.1, 2], "float32", ["0.1", "2.0"], "r"),
        ([math.inf, -math.inf], "float64", ["Inf", "-Inf"], "r"),
        ([1, None, 2.5], "object", ["1.0", "NA", "2.5"], "r"),
        ([decimal.Decimal("1.5"), None], "object", ["1.5", "NA"], "r"),
        ([True, False], "bool", ["TRUE", "FALSE"], "l"),
        ([True, None], "boolean", ["TRUE", "NA"], "l"),
        ([True, None], "object", ["TRUE", "NA"], "l"),
        (["007", None], "str", ["007", "NA"], "l"),
        (["007", pd.NA], "string", ["007", "NA"], "l"),
        (["a", None, math.nan], "object", ["a", "NA", "NA"], "l"),
        (["a", 1, 2.5, True], "object", ["a", "1", "2.5", "TRUE"], "l"),
        ([None, None], "object", ["NA", "NA"], "l"),
        (["b", None], "category", ["b", "NA"], "l"),
        ([2.5, 10.0], "category", ["2.5", "10"], "l"),
        ([pd.Timestamp("2020-01-02"), None], "category", ["2020-01-02", "NA"], "l"),
        ([True, False], "category", ["TRUE", "FALSE"], "l"),
        ([dt.time(3, 4), None], "object", ["03:04:00", "NA"], "l"),
        ([dt.date(2020, 1, 2), None], "object", ["2020-01-02", "NA"], "l"),
        ([pd.Timestamp("2020-01-02"), None], "object", ["2020-01-02", "NA"], "l"),
        ([pd.Period("2020-01")], None, ["2020-01"], "l"),
        ([pd.Interval(0, 1)], None, ["(0, 1]"], "l"),
        ([pathlib.PurePosixPath("a/b"), None], "object", ["a/b", "NA"], "l"),
        ([0, 3], "Sparse[int]", ["0", "3"], "r"),
    ],
)
def test_types_of_columns(values, dtype, texts, align):
    """Each type prints as its counterpart in R does."""
    assert cells(values, dtype) == (texts, align)


def test_a_computed_nan_is_not_missing():
    """In a masked column the two differ, as in R; one text for what is missing is for both."""
    column = pd.Series(pd.arrays.FloatingArray(np.array([math.nan, 0]), np.array([False, True])))
    assert cells(column)[0] == ["NaN", "NA"]
    assert cells(column, na="-")[0] == ["-", "-"]


def test_moments_of_two_zones_are_text():
    """A column of R has one time zone."""
    moments = [pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2020-01-01", tz="Asia/Tokyo")]
    texts, _ = cells(pd.Series(moments, dtype=object))
    assert texts == ["2020-01-01 00:00:00+00:00", "2020-01-01 00:00:00+09:00"]


def test_moments_are_dates_where_all_are_midnights():
    """And otherwise have seconds; fractions are cut off, before 1970 too."""
    assert cells(pd.to_datetime(pd.Series(["2020-01-01", None])))[0] == ["2020-01-01", "NA"]
    late = pd.Series([pd.Timestamp("1969-12-31 23:59:59.9"), pd.Timestamp("2020-01-01")])
    assert cells(late)[0] == ["1969-12-31 23:59:59", "2020-01-01 00:00:00"]


def test_microseconds_far_from_1970_are_lost():
    """R keeps moments as doubles of seconds."""
    far = pd.Series(np.array(["2515-01-01T00:00:00.000001"], dtype="datetime64[us]"))
    assert cells(far)[0] == ["2515-01-01"]
    near = pd.Series(np.array(["2015-01-01T00:00:00.000001"], dtype="datetime64[us]"))
    assert cells(near)[0] == ["2015-01-01 00:00:00"]


@pytest.mark.parametrize(
    ("durations", "texts"),
    [
        (["59s", "2h"], ["59 secs", "7200 secs"]),
        (["1min", "1h"], ["1 mins", "60 mins"]),
        (["1h", "90min"], ["1.0 hours", "1.5 hours"]),
        (["24h", "36h"], ["1.0 days", "1.5 days"]),
        ([None, "36h"], ["NA days", "1.5 days"]),
        ([None], ["NA secs"]),
    ],
)
def test_durations_have_the_unit_of_the_shortest(durations, texts):
    """As R's difftime; R writes the unit behind NA too."""
    assert cells(pd.to_timedelta(pd.Series(durations, dtype=object))) == (texts, "l")


def test_durations_are_rounded():
    """They are numbers to `digits`."""
    assert cells(pd.to_timedelta(pd.Series(["1.26s"])), digits=1)[0] == ["1.3 secs"]


@pytest.mark.parametrize(
    "index", [[0, 1], [1, 2], ["1", "2"], np.array([0, 1], dtype="uint8"), [1.0, 2.0]], ids=str
)
def test_rows_that_are_counted_have_no_names(index):
    """From 0 as in pandas, from 1 as in R."""
    assert kable(TWO.set_axis(index)) == kable(TWO)


@pytest.mark.parametrize(
    ("index", "names"),
    [
        ([1, 0], ["1", "0"]),
        (["a", None], ["a", "NA"]),
        (pd.Index(["a", ""], name="id"), ["a", ""]),
        ([0.5, 100000.0], ["0.5", "1e+05"]),
        (pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]), ["a, 1", "a, 2"]),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), ["2020-01-01", "2020-01-02"]),
    ],
)
def test_other_rows_have_names(index, names):
    """In a column to the left, without a name of its own."""
    _, _, *rows = kable(TWO.set_axis(index)).splitlines()
    assert [row.split("|")[1].rstrip() for row in rows] == names


def test_row_names_on_demand_count_from_1():
    """As R's row names do that nobody gave."""
    assert [line[:3] for line in kable(TWO, row_names=True).splitlines()[2:]] == ["|1 ", "|2 "]


@pytest.mark.parametrize(
    ("name", "shown"), [(1, "1"), (None, "NA"), (("a", "b"), "a, b"), (2.5, "2.5"), ("", "")]
)
def test_names_of_columns_are_text(name, shown):
    """Whatever pandas allows for a name."""
    frame = pd.DataFrame([[1]], columns=pd.Index([name], tupleize_cols=False, dtype=object))
    assert kable(frame).splitlines()[0].strip("|").strip() == shown


def test_a_frame_of_two_levels_of_columns():
    """Their names are joined."""
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([["a"], ["x", "y"]]))
    assert kable(frame).splitlines()[0] == "| a, x| a, y|"


def test_the_frame_stays_as_it_is():
    """Nothing that was given is changed."""
    frame = TWO.copy()
    kable(frame, digits=0, col_names=["x", "y"])
    pd.testing.assert_frame_equal(frame, TWO)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"format": "md"}, "no format 'md': choose from pipe, simple, html, latex, rst, jira, org"),
        ({"format": None}, "no format None"),
        ({"format": "org", "knitr_version": "1.42"}, "org tables since version 1.44"),
        ({"knitr_version": "1.30"}, "older than 1.42"),
        ({"knitr_version": "new"}, "'new': give one like '1.51'"),
        ({"digits": 2.5}, "digits is 2.5: give whole numbers"),
        ({"digits": "2"}, "digits is '2'"),
        ({"digits": True}, "digits is True"),
        ({"digits": [1, 2, 3]}, "digits has 3 values for 2 columns"),
        ({"align": "lx"}, "align has 'lx': write l, c or r"),
        ({"align": ["l", 1]}, "align is"),
        ({"align": ""}, "align is"),
        ({"align": []}, "align is"),
        ({"col_names": ["a"]}, "col_names has 1 names for 2 columns"),
        ({"col_names": "ab"}, "col_names is 'ab': give a list"),
        ({"caption": 1}, "caption is 1: it must be text"),
        ({"label": ["a"]}, r"label is \['a'\]"),
        ({"na": None}, "na is None"),
        ({"row_names": "yes"}, "row_names is 'yes'"),
        ({"format_args": ","}, "format_args is ','"),
        ({"format_args": {"zero.print": "-"}}, "no 'zero_print': choose from digits, nsmall"),
        ({"format_args": {"digits": 0}}, "digits in format_args is 0: .* from 1 to 22"),
        ({"format_args": {"big.mark": 1}}, "big_mark in format_args is 1: it must be text"),
        ({"format_args": {"decimal.mark": ""}}, "it must be one character"),
        ({"colour": "red"}, "kable has no argument 'colour'"),
        ({"booktabs": "yes"}, "booktabs is 'yes': it must be True or False"),
        ({"padding": -1}, "padding is -1: it must be a whole number from 0"),
        ({"linesep": []}, "linesep"),
        ({"toprule": True}, "toprule is True"),
        ({"table_attr": 1}, "table_attr is 1: it must be text"),
    ],
)
def test_refuses_in_one_sentence(options, said):
    """What was given, what must hold, what to do."""
    with pytest.raises(SpecError, match=said):
        kable(TWO, **options)


@pytest.mark.parametrize(
    "value", [[1], {"a": 1}, {1}, np.array([1]), ONE, ONE["a"], b"a", 1j], ids=type
)
def test_refuses_cells_with_more_than_one_value(value):
    """With the column's name."""
    with pytest.raises(SpecError, match=f"column 'deep' holds a {type(value).__name__}"):
        kable(pd.DataFrame({"deep": pd.Series([value], dtype=object)}))


def test_refuses_what_is_no_frame():
    """A list is not taken for one."""
    with pytest.raises(SpecError, match="given a list: it must be a pandas DataFrame"):
        kable([1])


@pytest.mark.parametrize(("synonym", "name"), [("markdown", "pipe"), ("pandoc", "simple")])
def test_synonyms(synonym, name):
    """Other names that knitr has for formats."""
    assert kable(TWO, format=synonym) == kable(TWO, format=name)


def test_align_is_repeated():
    """As knitr repeats it."""
    assert kable(TWO, align="c") == kable(TWO, align=["c", "c"])
    assert kable(TWO, align="rlc") == kable(TWO, align="rl")


def test_a_label_needs_latex_and_a_caption():
    """Elsewhere it has no place."""
    assert kable(TWO, label="a", caption="b") == kable(TWO, caption="b")
    assert kable(TWO, label="a", format="latex") == kable(TWO, format="latex")


def test_the_name_of_the_row_names():
    """Since knitr 1.44; before, it is one name too many."""
    named = TWO.set_axis(["u", "v"])
    head = kable(named, col_names=["id", "a", "b"]).splitlines()[0]
    assert head == "|id |   a|b  |"
    with pytest.raises(SpecError, match="3 names for 2 columns"):
        kable(named, col_names=["id", "a", "b"], knitr_version="1.42")


@pytest.mark.parametrize(("version", "text"), [("1.48", "&quot;"), ("1.49", '"'), (None, '"')])
def test_quotes_in_html(version, text):
    """xfun, which knitr asks since 1.49, leaves them."""
    frame = pd.DataFrame({"a": ['"']})
    assert f"> {text} <" in kable(frame, format="html", knitr_version=version)


@pytest.mark.parametrize(
    ("version", "rule"), [("1.42", None), ("1.44", "|--:+:--|"), ("1.50", "|---+---|")]
)
def test_org_through_the_versions(version, rule):
    """Not at all; as pipe with a crossing; with cookies of alignment."""
    frame = pd.DataFrame({"a": [1], "b": ["x"]})
    if rule is None:
        with pytest.raises(SpecError, match="since version 1\\.44"):
            kable(frame, format="org", knitr_version=version)
    else:
        assert rule in kable(frame, format="org", knitr_version=version).splitlines()


def test_a_blank_behind_a_backslash():
    r"""Since knitr 1.46 it stays; padding that R puts there is such a blank."""
    frame = pd.DataFrame({"a": ["x\\ ", "x\\", "longer"]})
    for version, texts in (("1.42", ["x\\", "x\\"]), ("1.46", ["x\\ ", "x\\ "])):
        lines = kable(frame, format="html", knitr_version=version).splitlines()
        found = [line.split("> ")[1].removesuffix(" </td") for line in lines if "x" in line[-12:]]
        assert [text.split(" </td>")[0] for text in found] == texts


def test_a_rule_of_nothing_in_jira():
    """Without names knitr shows it: repeated before 1.44, once since."""
    old, new = (
        kable(ONE, format="jira", col_names=False, knitr_version=version).splitlines()
        for version in ("1.43", "1.44")
    )
    assert (old, new) == (["||NANANA||"], ["|| NA||"])


@pytest.mark.parametrize("format_", FORMATS)
def test_frames_without_anything(format_):
    """No rows, no columns, neither: a text, and no failure."""
    for frame in (pd.DataFrame(), TWO.head(0), pd.DataFrame(index=["a"])):
        assert isinstance(kable(frame, format=format_), str)


@pytest.mark.parametrize(("version", "lines"), [("1.49", []), ("1.50", ["===  ===", "===  ==="])])
def test_rules_around_nothing(version, lines):
    """Neither rows nor names: the rules alone, since knitr 1.50."""
    table = kable(TWO.head(0), format="rst", col_names=False, knitr_version=version)
    assert table.splitlines()[:2] == lines


def test_a_frame_of_rows_without_columns():
    """Their names are all there is to see."""
    assert kable(pd.DataFrame(index=["a", "b"])) == "|   |\n|:--|\n|a  |\n|b  |"


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("\u6f22", 2), ("e\u0301", 1), ("\U0001f600", 2), ("\t", 0), ("\u00ad", 1)],
)
def test_width_of_characters(text, width):
    """As R has it, which knows Unicode 13."""
    assert display_width(text) == width


@pytest.mark.parametrize(("version", "head"), [("1.43", "Table: b"), ("1.44", "Tab. b")])
def test_what_introduces_a_caption(version, head):
    """It can be chosen since knitr 1.44."""
    table = kable(ONE, caption="b", caption_label="Tab.", knitr_version=version)
    assert table.splitlines()[0] == head


def test_links_count_without_their_address():
    """In Markdown the address is not seen; the column may be narrower than its cells."""
    frame = pd.DataFrame({"a": ["[x](https://example.org)", "abcdef"]})
    assert kable(frame).splitlines()[0] == "|a      |"


def test_big_marks_with_a_backslash():
    r"""R takes it for an escape and drops it: the mark for LaTeX, `\,`, is a comma."""
    frame = pd.DataFrame({"a": [1000.5]})
    assert kable(frame, format_args={"big.mark": "\\,"}).splitlines()[2] == "| 1,000.5|"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("[a", "{}[a"), ("\u3000[a", "\u3000{}[a"), ("\x85[a", "\x85[a"), ("\u00a0[a", "\u00a0[a")],
)
def test_brackets_behind_blanks_in_booktabs(text, shown):
    """They are kept from the rule above, behind what the C library calls a blank, no other."""
    table = kable(pd.DataFrame({"a": [text]}), format="latex", booktabs=True)
    assert f"\n{shown}\\\\\n" in table


def test_imports_no_backend():
    """Tables need pandas, and neither Keras nor tabulate."""
    script = """
import sys
import tunegrid.knitr
assert not {"keras", "tensorflow", "tabulate", "scipy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
