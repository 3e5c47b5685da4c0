"""What Ray runs on a node: the versions that are there, and the training of one run.

The run is trained by a worker process, as on the driver's machine; it stays with the process of
Ray's that began it and takes that one's next run, and ends with it.
"""

import contextlib
import functools
import os
import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.datasets import DATASETS, Source
from ..data.kept import keep_data, kept_file
from ..data.reading import check_whole
from ..data.sources import find_dataset
from ..errors import DataError, TunegridError
from ..train.environment import describe_versions
from .executor import Task
from .local import LocalExecutor

if TYPE_CHECKING:
    import ray

_POLL_SECONDS = 0.5


def node_versions(backends: Sequence[str]) -> dict[str, str]:
    """Give the versions that are installed here."""
    return describe_versions(backends, "ray")


def train_run(
    header: Mapping[str, object],
    images: Sequence["ray.ObjectRef"],
    *,
    time_limit: float | None,
    versions: Mapping[str, str],
    backends: Sequence[str],
) -> Iterator[tuple[dict[str, object], list[bytes]]]:
    """Train a run, and yield what its worker says of it, as `executor.event_of` reads it.

    Args:
        header: the task, as `Task.to_message` writes it.
        images: a reference to the arrays of its data, in a list, so that they come only if they
            are not on this node.
        time_limit: seconds that the run may take here.
        versions: the driver's; a node that joined later was not asked for its own before.
        backends: as for `node_versions`.
    """
    node = socket.gethostname()
    if (said := difference(node_versions(backends), versions, node)) is not None:
        yield {"kind": "lost", "text": said}, []
        return
    task = Task.from_message(header)
    try:
        source = _find(task.source, task.spec.data.described.classes, images)
        slot = _slot(time_limit)
        slot.start(replace(task, source=source))
    except DataError as error:
        yield {"kind": "failed", "failure": "data", "text": f"{node}: {error}"}, []
        return
    except (TunegridError, OSError) as error:
        yield {"kind": "lost", "text": f"The node {node} cannot train: {error}"}, []
        return
    while slot.busy:
        if (said := slot.next_message(_POLL_SECONDS)) is not None:
            _, answer, blobs = said
            yield answer, blobs


def difference(found: Mapping[str, str], wanted: Mapping[str, str], node: str) -> str | None:
    """Say in a sentence in what a node's versions differ from the driver's; None if in nothing.

    >>> difference({"ray": "2.1", "keras": "3.15"}, {"ray": "2.2", "keras": "3.15"}, "a")
    'The node a has ray 2.1, and the driver has ray 2.2: install the same versions on both.'
    """
    differing = [name for name, version in wanted.items() if found.get(name, "none") != version]
    if not differing:
        return None
    there = ", ".join(f"{name} {found.get(name, 'none')}" for name in differing)
    here = ", ".join(f"{name} {wanted[name]}" for name in differing)
    return (
        f"The node {node} has {there}, and the driver has {here}: install the same versions on "
        f"both."
    )


@functools.lru_cache(maxsize=1)
def _slot(time_limit: float | None) -> LocalExecutor:
    """Give the one slot of this process of Ray's, the same for all tasks that come to it."""
    return LocalExecutor(1, time_limit=time_limit)


_found: dict[str, Source] = {}


def _find(given: Source, classes: int, images: Sequence["ray.ObjectRef"]) -> Source:
    """Find the data with a digest: where the driver has it, where this node does, or bring it.

    What is brought is written once a node, into its folder for temporary files, and stays there
    for other commands.

    Raises:
        DataError: when it cannot be written.
    """
    if given.digest not in _found:
        _found[given.digest] = _on_node(given) or _bring(given, classes, images)
    return _found[given.digest]


def _on_node(given: Source) -> Source | None:
    sources = [given] if given.path.exists() else []
    if given.dataset in DATASETS:
        try:
            own = find_dataset(given.dataset, download=False)
        except DataError:
            own = given
        sources.append(replace(own, digest=given.digest))
    return next(filter(_is_whole, sources), None)


def _bring(given: Source, classes: int, images: Sequence["ray.ObjectRef"]) -> Source:
    folder = Path(tempfile.gettempdir()) / f"tunegrid-data-{os.getuid()}"
    make_own(folder)
    path = kept_file(folder, given.digest)
    brought = Source(given.dataset, "the driver", path, given.digest)
    if not (path.exists() and _is_whole(brought)):
        import ray

        with contextlib.suppress(OSError):  # somebody else's: its digest will say so
            path.unlink()
        keep_data(folder, given.dataset, given.digest, ray.get(images[0]), classes)
        check_whole(brought)
    return brought


def make_own(folder: Path) -> None:
    """Make a folder of this user's in one that is everybody's.

    Raises:
        DataError: when there is a link in its place, or another user's folder.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise DataError(f"{folder} is a link, or not this user's: take it away.")


def _is_whole(source: Source) -> bool:
    try:
        check_whole(source)
    except DataError:
        return False
    return True
