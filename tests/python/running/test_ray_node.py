"""What a node of a cluster does without Ray's help."""

import os

import pytest

from tunegrid.errors import DataError
from tunegrid.running.ray_node import make_own


def test_a_folder_of_this_user_s_is_made_once_and_shut_to_others(tmp_path):
    """Others can write into the folder that it lies in."""
    for _ in range(2):
        make_own(tmp_path / "own")
        assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700


def test_a_link_or_a_file_in_its_place_is_refused(tmp_path):
    """Somebody else has put it there: what is written would lie where it leads."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(DataError, match=f"{name} is a link, or not this user's"):
            make_own(tmp_path / name)


def test_another_user_s_folder_is_refused(tmp_path, monkeypatch):
    """He could write into it."""
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(DataError, match="not this user's"):
        make_own(tmp_path / "own")
