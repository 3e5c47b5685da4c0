"""Study files of a stranger: nothing outside their folder is read, and nothing takes for ever."""

import time

import pytest

from tunegrid import SpecError, load_study, published_table
from tunegrid.conclusions.inputs import read_inputs
from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import plan
from tunegrid.study.csvfile import Printed, read_rows
from tunegrid.study.own_grid import read_grid
from tunegrid.study.reading import MOST_BYTES, MOST_DEEP, check_values, read_toml

STUDY = """
schema = 1
id = "theirs"
title = "t"
author = "a"
date = "undated"
source = "s"
about = "b"
settings = {{ dataset = "fashion_mnist", architecture = "mlp", epochs = 1 }}
protocol.own.title = "p"
[experiment.e]
title = "e"
{}
"""
GRID = "grid = { dense1 = [1, 2] }\n"


@pytest.fixture
def theirs(tmp_path):
    """Write a study with an experiment, and files beside it; load it."""
    (tmp_path / "secret.csv").write_text("dense1,accuracy\n1,0.5\n")
    folder = tmp_path / "study"
    folder.mkdir()

    def load(experiment, **files):
        for name, content in files.items():
            (folder / f"{name}.csv").write_text(content)
        (folder / "study.toml").write_text(STUDY.format(experiment))
        return load_study(folder)

    return load


@pytest.mark.parametrize("file", ["../secret.csv", "/etc/passwd", "a/../../secret.csv", "", "."])
def test_a_printed_table_lies_in_the_study_s_folder(theirs, file):
    """Neither above it nor anywhere else."""
    with pytest.raises(SpecError, match=r"experiment\.e\.published\.file: .* (inside|regular)"):
        theirs(f'{GRID}published.file = "{file}"')


DIFFERENCES = """grid = { dense1 = [1, 2], epochs = [1, 2] }
[[table]]
name = "d"
title = "t"
kind = "differences"
experiment = "e"
rows = "dense1"
file = "d.csv"
"""


def test_a_table_of_differences_may_have_numbers_and_other_columns(theirs, tmp_path):
    """A column's name is a text; what is no level has nothing of ours."""
    study = theirs(f'{DIFFERENCES}columns = "epochs"', d="dense1,1,odd,2\n1,0.5,0.1,0.6\nx,1,1,1\n")
    table = published_table(study, "d", store=tmp_path / "none")
    assert list(table)[-3:] == ["1", "odd", "2"]
    assert table["odd"].isna().all()


@pytest.mark.parametrize(
    "wrong", ['columns = "dense1"', 'columns = "epochs"\nwhere = "dense1 == 3"']
)
def test_a_table_of_differences_without_any_is_refused(theirs, wrong):
    """Rows that are the columns, or no row."""
    with pytest.raises(SpecError, match=r"table\.(0|d)"):
        theirs(DIFFERENCES + wrong, d="dense1,1,2\n1,0.5,0.6\n")


@pytest.mark.parametrize("where", ["keep = ", "[[experiment.e.when]]\nset.l2 = 0.1\nwhere = "])
def test_long_conditions_are_not_asked_of_every_row_there_is(theirs, where):
    """Which would take a minute for each experiment of the file, and there can be thousands."""
    condition = " or ".join(f"dense1 == {one}" for one in range(2001, 2200))
    levels = list(range(1, 401))
    study = theirs(f'grid = {{ dense1 = {levels}, epochs = {levels} }}\n{where}"{condition}"')
    with pytest.raises(SpecError, match="asked of too many rows"):
        configurations(study)


def test_printed_values_are_looked_up(theirs, tmp_path):
    """Of a grid with as many rows as a table, each with each would be 400 million comparisons."""
    rows = "\n".join(f"{one},0.5" for one in range(1, 20_001))
    labels = ", ".join(map(str, range(1, 20_001)))
    study = theirs(
        f'grid = {{ n = [{labels}] }}\nlabels = ["n"]\nsettings = {{ dense1 = 2 }}\n'
        'published.file = "p.csv"', p=f"n,accuracy\n{rows}\n",
    )  # fmt: skip
    assert read_inputs(study, store=tmp_path / "none").published["published"].eq(0.5).all()


@pytest.mark.parametrize("target", ["secret.csv", "study/own.csv", "absent", "/dev/zero"])
def test_no_link_in_the_folder_is_followed(theirs, tmp_path, target):
    """Wherever it leads."""
    (tmp_path / "study" / "table.csv").symlink_to(tmp_path / target)
    with pytest.raises(SpecError, match=r"table\.csv is a symbolic link"):
        theirs(f'{GRID}published.file = "table.csv"', own="dense1,accuracy\n1,0.5\n")


def test_the_study_file_of_a_folder_is_no_link(theirs, tmp_path):
    """Where the file itself is named, it may be one."""
    theirs(GRID)
    link = tmp_path / "other" / "study.toml"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "study" / "study.toml")
    assert load_study(link).id == "theirs"
    with pytest.raises(SpecError, match=r"study\.toml is a symbolic link"):
        load_study(link.parent)


def test_data_of_a_study_lies_in_its_folder(theirs, tmp_path):
    """As printed tables do."""
    with pytest.raises(SpecError, match=r"dataset: \.\./secret\.csv is no file inside"):
        theirs(f'{GRID}settings = {{ dataset = {{ file = "../secret.csv", sha256 = "0" }} }}')


def test_a_study_without_a_folder_has_no_printed_tables(theirs):
    """What a store says of a file would be looked for in the folder of whoever reads it."""
    study = theirs(f'{GRID}published.file = "own.csv"', own="dense1,accuracy\n1,0.5\n")
    with pytest.raises(SpecError, match="lies beside a study file, and there is none"):
        study.model_copy(update={"folder": None}).published("e")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" + ".a" * 20_000 + " = 1", "more than 16 dots"),
        ("a" + " . 'a'" * 20_000 + " = 1", "more than 16 dots"),
        ('x = ["""a"""", {a' + ".a" * 20_000 + "=1}]", "more than 16 dots"),
        ("a = " + "[" * 40_000, "more than 16 brackets"),
        ("a = " + "{a=" * 40_000, "more than 16 brackets"),
        ("[a" + ".a" * 9 + "]\na" + ".a" * 9 + "={a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1}", "tables and"),
        ("#" * MOST_BYTES + "a", "longer than 512 KiB"),
        ("a = " + "9" * 400, "a is a whole number of more than 64 bits"),
        ("a = 0x" + "9" * 9000, "a is a whole number of more than 64 bits"),
        ("a.b = [1, nan]", "a.b.1 is nan: give a finite number"),
        ("a = -inf", "a is -inf"),
        (f"a = [{'1,' * 100_001}]", "a has more than 100000 values"),
    ],
)
def test_what_would_take_for_ever_is_refused_at_once(text, said):
    """Before it is parsed, or before anything is made of it."""
    began = time.process_time()
    with pytest.raises(ValueError, match=said):
        read_toml(text)
    assert time.process_time() - began < 1


def test_dots_and_brackets_in_texts_and_comments_are_no_depth():
    """A model as JSON has more brackets than any table."""
    text = f'a = \'{"[" * 99}\' # {"." * 99}\nb = """\n{"x." * 99}"""\nc = [{"0.5, " * 99}]\n'
    assert list(read_toml(text)) == ["a", "b", "c"]
    assert check_values(read_toml("a" + ".a" * MOST_DEEP + " = 1")) is None


@pytest.mark.parametrize("keep", ["", 'keep = "dense1 < 0"'])
def test_a_grid_of_a_hundred_million_rows_is_counted_before_it_is_made(theirs, keep):
    """Also when nothing of it would be left."""
    levels = list(range(1, 501))
    with pytest.raises(SpecError, match="the grid has 125000000 rows, and 1000000 is the most"):
        theirs(f"{keep}\ngrid = {{ dense1 = {levels}, dense2 = {levels}, dense3 = {levels} }}")


def test_a_plan_of_more_than_a_million_runs_is_counted_before_it_is_made():
    """Seeds times configurations."""
    found = configurations(load_study("kh2021"))
    with pytest.raises(SpecError, match=r"999999 seeds of .* and 1000000 is the most"):
        plan(found, seeds=999_999)


def test_more_configurations_than_can_be_are_refused(theirs):
    """Before any of them is settled."""
    levels = list(range(1, 401))
    study = theirs(f"grid = {{ dense1 = {levels}, dense2 = {levels} }}")
    with pytest.raises(SpecError, match="more than 100000 configurations"):
        configurations(study)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (",".join(f"c{n}" for n in range(100_000)), "more than 10000 columns"),
        ("a\n" + "1\n" * 100_001, "more than 100000 rows"),
        ("a\n" + "1" * (2 << 20), "and 2 MiB is the most"),
        ("a\nnan\n", "row 1 of .* has nan: write a number"),
        ("a\n" + "9" * 400 + "\n", "row 1 of .* has 999"),
    ],
)
def test_a_table_beyond_its_limits_is_refused(tmp_path, content, said):
    """By bytes, columns, rows and digits."""
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(SpecError, match=said):
        read_grid(tmp_path / "a.csv")


def test_a_label_with_a_low_line_is_a_text(tmp_path):
    """To Python, 3_3 is a way to write 33."""
    (tmp_path / "a.csv").write_text("a\n3_3\n")
    assert read_rows(tmp_path / "a.csv", "a table") == [{"a": "3_3"}]


@pytest.mark.parametrize("text", ["1e-999999999", "1e-99999999999999999999999"])
def test_a_number_of_a_thousand_million_decimals_is_none(text):
    """It would be written with all of them."""
    with pytest.raises(ValueError, match="too many decimals"):
        Printed(text)


@pytest.mark.parametrize(
    ("experiment", "table", "said"),
    [
        ("row = [{ values = {}, set = { dense1 = 1 } }]", None, "row.0.values is empty"),
        ("row = [{ values = { dense1 = 1 } }, { values = { dense1 = 1.0 } }]", None,
         "row.1 is the same configuration as one before it"),
        ('labels = ["m"]\ngrid = { m = ["16", 16], dense1 = [1] }', None, "m has the same value"),
        ('labels = ["m"]\ngrid = { m = [true, 16], dense1 = [1] }', None, "write it alike"),
        (f'{GRID}published.file = "own.csv"', "dense1,note,accuracy\n1,a,0.5\n1,b,0.6\n",
         "dense1 = 1 stands there twice"),
        (f'{GRID}published.file = "own.csv"', "dense1,accuracy\none,0.5\n",
         "dense1 is a number in the study, and in the file 'one'"),
        ('labels = ["m"]\ngrid = { m = ["16", "b"], dense1 = [1] }\npublished.file = "own.csv"',
         "m,accuracy\n16,0.5\n16,0.6\n", "m = 16 stands there twice"),
    ],
)  # fmt: skip
def test_what_no_table_could_show_is_refused_when_it_is_read(theirs, experiment, table, said):
    """It would be trained, and then no table could be made."""
    with pytest.raises(SpecError, match=said):
        theirs(experiment, **({} if table is None else {"own": table}))


def test_truth_values_of_a_table_are_those_of_the_study(theirs):
    """TRUE, as R writes it."""
    study = theirs(
        'grid = { nesterov = [true, false] }\nsettings = { dense1 = 1, optimizer = "sgd" }\n'
        'published.file = "own.csv"',
        own="nesterov,accuracy\nTRUE,0.5\nFALSE,0.6\n",
    )
    assert [row["nesterov"] for row in study.published("e")] == [True, False]
