"""What a study or a run is called is shown to a person, and obeyed by no terminal."""

import json

import pandas as pd
import pytest

from tunegrid.cli.console import ConsoleProgress
from tunegrid.cli.formats import DATA_FORMATS, format_table, formats

#: A title for the window, a bell, a turn of the writing, and half a character.
EVIL = "a\x1b]0;owned\x07\u202eb\nc"
TOML = EVIL.encode("unicode_escape").decode().replace("\\x", "\\u00").replace("\n", "\\n")
STUDY = f"""
schema = 1
id = "evil"
title = "{TOML}"
author = "{TOML}"
date = "undated"
source = "{TOML}"
about = "{TOML}"
settings = {{ dataset = "fashion_mnist", architecture = "mlp", epochs = 1 }}
protocol.own.title = "{TOML}"
[experiment.e]
title = "{TOML}"
labels = ["model", "{TOML}"]
grid = {{ model = ["{TOML}"], "{TOML}" = ["{TOML}", "b"], dense1 = [1] }}
[[claim]]
id = "best"
text = "{TOML}"
source = "{TOML}"
kind = "untestable"
why = "{TOML}"
"""


@pytest.fixture
def evil(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path / "study.toml"


def _is_tame(text):
    return not set("\x1b\x07\u202e") & set(text)


@pytest.mark.parametrize(
    "words", ["show", "show --part settings", "table", "table --format html", "results",
              "compare", "claims", "audit", "table --experiment {}", "show --table {}"],
)  # fmt: skip
def test_no_control_character_reaches_the_terminal(words, evil, tune_grid):
    """Neither in a table nor in a message."""
    command, *options = (word.format(EVIL) for word in words.split())
    done = tune_grid(command, evil, *options)
    assert done.returncode in (0, 2)
    assert done.stdout + done.stderr
    assert _is_tame(done.stdout + done.stderr)


@pytest.mark.parametrize("format_", formats())
def test_tables_for_people_are_escaped_and_those_for_programs_exact(format_):
    """Cells, names and captions; a cell has one line."""
    frame = pd.DataFrame({EVIL: [EVIL, None], "n": pd.array([1, None], dtype="Int64")})
    text = format_table(frame, format_, caption=EVIL)
    assert _is_tame(text) != (format_ in DATA_FORMATS)
    if format_ == "json":
        assert json.loads(text)[0] == {EVIL: EVIL, "n": 1}


@pytest.mark.parametrize("format_", DATA_FORMATS)
def test_what_programs_read_is_exact_in_a_pipe(format_, evil, tune_grid):
    """To the last byte."""
    out = tune_grid("table", evil, "--format", format_).stdout
    assert (EVIL if format_ == "csv" else json.dumps(EVIL, ensure_ascii=False)) in out


def test_progress_is_escaped(capsys):
    """As a label in the name of a run is."""
    with ConsoleProgress() as progress:
        progress.notice(EVIL)
    assert "owned" in (said := capsys.readouterr().err)
    assert _is_tame(said)


@pytest.mark.parametrize("format_", [one for one in formats() if "html" in one or "latex" in one])
def test_a_caption_is_no_markup(format_):
    """A page would run it, TeX would read a file."""
    text = format_table(pd.DataFrame({"a": [1]}), format_, caption="<b> \\input{a}\n\n<i>")
    assert "<b>" not in text or "latex" in format_
    assert "\\input{" not in text or "html" in format_
    assert "\n\n<i>" not in text
