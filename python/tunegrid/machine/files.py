"""Questions about paths that never fail: what cannot be looked at is not there for us."""

from pathlib import Path


def is_file(path: Path) -> bool:
    """Say whether a path is a plain file that we can see."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder that we can see."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
