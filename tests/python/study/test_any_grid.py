"""Whatever a condition, a grid, a table or a setting asks for: it is had, or one sentence."""

import pytest
from hostile import conditions, csvs, grids, law, said, scalars, texts, toml, tried, values
from hypothesis import strategies as st

from tunegrid.cli.running import _settings
from tunegrid.errors import TunegridError
from tunegrid.plan.grid import configurations
from tunegrid.study.conditions import parse_condition
from tunegrid.study.csvfile import read_rows
from tunegrid.study.own_grid import own_study, read_grid
from tunegrid.study.settings import check_settings


@tried
@pytest.mark.hostile("a condition")
def test_a_condition_is_true_or_false_of_a_row_or_one_sentence(count):
    """Of any row."""

    @law(count, st.tuples(conditions, scalars))
    def _(example):
        text, value = example
        try:
            assert parse_condition(text).matches({"layer1": value, "kernel": 3}) in (True, False)
        except TunegridError as error:
            said(error)


@tried
@pytest.mark.hostile("a grid")
def test_a_grid_is_planned_or_one_sentence(count):
    """Whatever its columns and its values are."""

    @law(count, st.tuples(grids, st.one_of(st.just(()), texts)))
    def _(example):
        rows, labels = example
        try:
            study = own_study(rows, model="mlp", labels=labels)
            assert len(configurations(study)) == len(rows)
        except TunegridError as error:
            said(error)


@tried
@pytest.mark.parametrize("read", [lambda file: read_rows(file, "a table"), read_grid])
@pytest.mark.hostile("a csv file: a table, or a grid")
def test_a_csv_file_is_rows_or_one_sentence(count, read, tmp_path):
    """As a printed table, and as a grid."""

    @law(count, csvs)
    def _(content):
        (tmp_path / "a.csv").write_bytes(content)
        try:
            assert isinstance(read(tmp_path / "a.csv"), list)
        except TunegridError as error:
            said(error)


@tried
@pytest.mark.hostile("a setting, as after --set")
def test_a_setting_is_taken_or_one_sentence(count):
    """KEY=VALUE, with anything for either."""
    names = st.one_of(st.sampled_from(["epochs", "dropout", "loss", "keras_json"]), texts)
    written = st.one_of(texts, values.map(toml), st.sampled_from(["[" * 3000, "{a=" * 3000]))

    @law(count, st.builds("{}={}".format, names, written))
    def _(pair):
        try:
            assert check_settings(_settings([pair]))
        except TunegridError as error:
            said(error)
