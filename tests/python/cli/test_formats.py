"""Tables as text."""

import io
import json

import pandas as pd
import pytest

from tunegrid import SpecError
from tunegrid.cli.formats import format_table, formats
from tunegrid.results.frames import as_frame

TABLE = as_frame([{"layer1": 16, "accuracy": 0.123456789, "model": "ANN"}, {"layer1": 128}])


def test_pipe_is_what_markdown_reads():
    """Numbers to the right with up to 7 digits, texts to the left, NA for what is missing."""
    lines = format_table(TABLE).splitlines()
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == ["16", "0.1234568", "ANN"]
    assert [cell.strip() for cell in lines[3].strip("|").split("|")] == ["128", "NA", "NA"]
    assert lines[1].replace("-", "") == "|:|:|:|"
    assert lines[1].startswith("|---") and lines[1].endswith("---|")  # noqa: PT018


def test_csv_and_json_are_exact():
    """What programs read is not rounded, to the last bit."""
    fine = as_frame([{"loss": 0.20891831609606742}])
    assert json.loads(format_table(fine, "json")) == [{"loss": 0.20891831609606742}]
    assert "0.20891831609606742" in format_table(fine, "csv")
    read = pd.read_csv(io.StringIO(format_table(TABLE, "csv")))
    assert read["accuracy"][0] == 0.123456789
    assert json.loads(format_table(TABLE, "json")) == [
        {"layer1": 16, "accuracy": 0.123456789, "model": "ANN"},
        {"layer1": 128, "accuracy": None, "model": None},
    ]


@pytest.mark.parametrize("name", formats())
def test_every_format_renders_and_an_empty_table_too(name):
    """No format fails on a table without rows."""
    assert "128" in format_table(TABLE, name)
    assert isinstance(format_table(TABLE.head(0), name), str)


def test_a_caption_stands_above_what_people_read():
    """As kable or on a line of its own; programs get none."""
    assert format_table(TABLE, caption="Mind this").startswith("Table: Mind this\n\n|")
    assert format_table(TABLE, "grid", caption="Mind this").startswith("Mind this\n\n+")
    assert "Mind" not in format_table(TABLE, "csv", caption="Mind this")


def test_an_unknown_format_is_answered_with_the_known_ones():
    """One sentence."""
    with pytest.raises(SpecError, match=r"no format 'excel': choose from .*pipe"):
        format_table(TABLE, "excel")
