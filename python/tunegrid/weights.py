"""The weights that a store keeps: `models/<key>.weights.h5`, written beside and moved in place.

All of it happens under the store's write lock, so a file that no row names then is left over from
a driver that was killed, and belongs to nobody.
"""

import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from .errors import StoreError

_OURS = re.compile(r"[0-9a-f]{64}\.weights\.h5(\.\d+\.part)?")


def weights_file(folder: Path, key: str) -> Path:
    """Name the file of a run's weights in the store at `folder`."""
    return folder / "models" / f"{key}.weights.h5"


def write_weights(folder: Path, key: str, content: bytes) -> None:
    """Write a weights file beside its place and move it there.

    Raises:
        StoreError: when there is no room for it; nothing is left of it then.
    """
    file = weights_file(folder, key)
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(exist_ok=True)
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        remove_files([beside])
        raise StoreError(
            f"{file} cannot be written ({error.strerror}): check that the disk has room."
        ) from None


def leftover_files(folder: Path, keys: Collection[str]) -> list[Path]:
    """List the files of ours in `models/` that are not the weights of one of these runs."""
    named = {weights_file(folder, key).name for key in keys}
    try:
        found = sorted((folder / "models").iterdir())
    except OSError:
        return []
    return [file for file in found if _OURS.fullmatch(file.name) and file.name not in named]


def remove_files(files: Iterable[Path]) -> None:
    """Remove files; one that is gone, or cannot be removed, costs room and nothing else."""
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            continue
