"""Files that someone else may have made are regular, small enough, and where they should be."""

import os
from pathlib import Path

import pytest

from tunegrid.errors import QUOTED, SpecError, StoreError, TunegridError, quoted
from tunegrid.machine.outside import inside, opened, read_outside


@pytest.fixture
def note(tmp_path):
    file = tmp_path / "note.txt"
    file.write_bytes(b"twelve bytes")
    return file


def test_a_file_within_its_limit_is_read(note):
    assert read_outside(note, limit=12) == b"twelve bytes"


def test_a_larger_file_is_refused_before_it_is_read(note):
    with pytest.raises(SpecError, match="has 12 bytes, and 11 bytes is the most"):
        read_outside(note, limit=11)


def test_a_file_that_says_no_size_is_read_to_the_limit_only():
    with pytest.raises(StoreError, match="larger than 10 bytes"):
        read_outside(Path("/proc/cpuinfo"), limit=10, error=StoreError)


def test_a_named_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SpecError, match="pipe is no regular file"):
        read_outside(tmp_path / "pipe", limit=10)


@pytest.mark.parametrize("path", ["/dev/zero", "/tmp"])  # noqa: S108 - a folder and a device
def test_devices_and_folders_are_refused(path):
    with pytest.raises(SpecError, match="is no regular file"):
        read_outside(Path(path), limit=10)


def test_a_link_in_a_folder_from_elsewhere_is_refused_by_its_name(tmp_path, note):
    (tmp_path / "link").symlink_to(note)
    with (
        pytest.raises(SpecError, match="link is a symbolic link"),
        opened(tmp_path / "link", limit=100, links=False),
    ):
        pass
    assert read_outside(tmp_path / "link", limit=100) == b"twelve bytes"


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/../../b",
        "/etc/passwd",
        "",
        "a\0b",
        "C:a",
        "\\a",
        "..\\a",
        "a\\..\\..\\b",
    ],
)
def test_a_name_that_leaves_its_folder_is_refused(tmp_path, name):
    with pytest.raises(SpecError, match="is no file inside"):
        inside(tmp_path, name)


def test_a_name_that_goes_through_a_link_is_refused(tmp_path):
    (tmp_path / "out").symlink_to("/etc")
    with pytest.raises(SpecError, match="out is a symbolic link"):
        inside(tmp_path, "out/passwd")


def test_an_error_shows_control_characters_escaped():
    assert str(TunegridError("a\x1b[2Jb\u202e")) == "a\\x1b[2Jb\\u202e"


def test_a_quotation_is_one_line_of_bounded_length():
    assert quoted("a\n" + "b" * 1000) == "a " + "b" * (QUOTED - 2) + "…"


def test_a_name_too_long_for_any_file_is_no_link(tmp_path):
    """Whoever opens it hears that there is no such file."""
    path = inside(tmp_path, "x" * 5000)
    with pytest.raises(OSError, match="too long"):
        read_outside(path, limit=10)
