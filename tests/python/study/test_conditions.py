"""Conditions on columns."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunegrid.errors import SpecError
from tunegrid.study.conditions import check_columns, parse_condition

comparisons = st.builds(
    "{} {} {}".format,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
    st.one_of(st.sampled_from(["a", "b"]), st.integers(-9, 9).map(str)),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=6,
)


@given(conditions, st.integers(-9, 9), st.integers(-9, 9))
def test_means_what_python_means(text, a, b):
    """A condition holds exactly where the same Python expression is true."""
    row = {"a": a, "b": b}
    expected = eval(text, {"__builtins__": {}}, row)  # noqa: S307 - a text of our own making
    assert parse_condition(text).matches(row | {"spare": 0}) == expected


@given(conditions, st.integers(-9, 9))
def test_a_missing_column_is_neither_true_nor_false(text, a):
    """A row without b is met exactly when SQLite says so of NULL."""
    with closing(sqlite3.connect(":memory:")) as connection:
        query = f"SELECT ({text.replace('==', '=')}) FROM (SELECT ? AS a, NULL AS b)"  # noqa: S608
        (expected,) = connection.execute(query, (a,)).fetchone()
    assert parse_condition(text).matches({"a": a}) == bool(expected)


@given(st.text(max_size=40))
def test_refuses_or_reads_any_text(text):
    """Whatever is typed is either a condition or one clear error."""
    try:
        parse_condition(text)
    except SpecError as error:
        assert "cannot be read" in str(error) or "names no column" in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "layer1.real == 1",
        "layer1 + 1 == 2",
        "layer1 == 1 & layer2 == 2",
        "[x for x in layer1] == 1",
        "layer1",
        "not layer1",
        "-layer1",
        "layer1 = 16",
        "1 == 1",
        "",
    ],
)
def test_refuses_what_is_no_comparison(text):
    """Calls, attributes, arithmetic and bare names are refused, never evaluated."""
    with pytest.raises(SpecError, match=r"cannot be read|names no column"):
        parse_condition(text)


def test_knows_membership_and_chains():
    """`in` takes a list in brackets of either kind; comparisons may be chained."""
    assert parse_condition("model in ('ANN', 'CNN')").matches({"model": "ANN"})
    assert parse_condition("k not in [3, 5]").matches({"k": 4})
    assert parse_condition("k in (4)").matches({"k": 4})
    assert parse_condition("-1 < a <= b").matches({"a": 0, "b": 0})


def test_never_meets_a_row_without_the_column():
    """A row that lacks a column meets neither a condition on it nor its opposite."""
    for text in ("layer3 == 16", "not layer3 == 16", "layer1 == 2 or layer3 == 16"):
        assert not parse_condition(text).matches({"layer1": 1})


def test_says_when_numbers_meet_texts():
    """An order between a number and a text is an error in words."""
    with pytest.raises(SpecError, match="compares a number with a text"):
        parse_condition("layer1 < 'many'").matches({"layer1": 16})


def test_names_the_columns_there_are():
    """A misspelt column is answered with the list of columns."""
    with pytest.raises(SpecError, match=r"names layer, .*there are layer1, layer2"):
        check_columns(parse_condition("layer == 1"), ["layer2", "layer1"])
