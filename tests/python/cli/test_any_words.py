"""The command, given anything: exit code 0 or 2, one sentence, nothing for a terminal to obey."""

import os
import re

import pytest
from hostile import SHIPPED, law, studies, texts
from hypothesis import strategies as st

READ = (
    ["show"], ["show", "--part", "settings"], ["table"], ["table", "--format", "grid"], ["results"],
    ["compare"], ["claims"], ["rank"], ["plan"], ["audit"], ["run", "--workers", "0"],
)  # fmt: skip

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")

often = pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.long)])


@often
@pytest.mark.hostile("a study file, by the command")
def test_a_changed_study_is_shown_or_refused_in_one_sentence(count, tune_grid, tmp_path):
    """By every command that reads one; nothing is written beside it."""
    for command, *options in READ:  # what is imported by the first is no cost of an example
        tune_grid(command, "kh2021", *options)

    @law(count, st.tuples(studies, st.sampled_from(READ)))
    def _(example):
        (name, changed, content), (command, *options) = example
        for file, own in SHIPPED[name].items():
            (tmp_path / file).write_bytes(content if file == changed else own)
        done = tune_grid(command, tmp_path / "study.toml", *options)
        assert done.returncode in (0, 2)
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout + done.stderr
        )
        assert done.returncode == 0 or done.stderr.count("\n") == 1
        for file in SHIPPED[name]:
            (tmp_path / file).unlink()
        assert not any(tmp_path.iterdir())


words = st.one_of(
    texts.filter(lambda text: len(text) < 9999),
    st.sampled_from(
        ["show", "kh2021", "run", "table", "data", "check", "--format", "csv", "--store", "--where",
         "--set", "--grid", "--experiment", "--part", "--table", "--seeds", "-1", "1e9", "9" * 400,
         "--help", "--", "=", "epochs=1", "results", "--protocol", "none", "model", "\udcff"]
    ),
)  # fmt: skip


@often
@pytest.mark.hostile("any words after `tune-grid`")
def test_any_words_are_understood_or_refused_in_one_sentence(count, tune_grid, tmp_path):
    """Also bytes that are no characters."""
    first = st.sampled_from(["show", "table", "results", "studies", "status", "model"])

    @law(count, st.tuples(first, st.lists(words, max_size=4)))
    def _(example):
        done = tune_grid(example[0], *(word.replace("\0", "") for word in example[1]))
        assert done.returncode in (0, 1, 2)
        assert done.returncode != 2 or done.stderr.count("\n") == 1
        assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["show", "\udcff"],
        ["run", "--grid", "\udcff.csv"],
        ["show", "kh2021", "--format", "x" * 9999],
        ["show", "kh2021", "--where", "\x1b]0;a\x07"],
        ["run", "kh2021", "--seeds", "999999"],
        ["run", "kh2021", "--set", "epochs=" + "[" * 3000],
        ["report", "kh2021", "--output", "/"],
        ["report", "kh2021", "--output", ""],
        ["report", "kh2021", "--output", "/dev/null/x.html"],
    ],
)
def test_odd_words_are_answered_in_one_short_sentence(words, tune_grid):
    """With exit code 2, and no trace of Python."""
    done = tune_grid(*words)
    assert done.returncode == 2, done
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < 1000
    assert "\x1b" not in done.stderr


@pytest.fixture
def odd(tmp_path):
    """A named pipe, a folder and a device under names of files."""
    for ending in ("toml", "csv", "npz", "R"):
        os.mkfifo(tmp_path / f"pipe.{ending}")
        (tmp_path / f"folder.{ending}").mkdir()
        (tmp_path / f"zero.{ending}").symlink_to("/dev/zero")
    return tmp_path


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("stem", ["pipe", "folder", "zero"])
@pytest.mark.parametrize(
    "words", ["show {}.toml", "run --grid {}.csv --model mlp", "run --grid {}.R --model mlp",
              "data check {}.npz", "data check {}.csv"],
)  # fmt: skip
def test_only_regular_files_are_opened(words, stem, tune_grid):
    """Nothing waits for a pipe, and nothing reads a device to its end."""
    done = tune_grid(*words.format(stem).split())
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
