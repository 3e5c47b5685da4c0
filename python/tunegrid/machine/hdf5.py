"""HDF5 files that someone else may have made: plain datasets, as they were stored, nothing else.

HDF5 follows links to other files, reads raw bytes of any file that a dataset names, and inflates
what it is given to its end. So what is read is looked at first: hard links, no external storage, no
virtual dataset, the type and the shape that are expected; and compressed pieces are inflated here,
to the size that they must have.
"""

import contextlib
import itertools
import math
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np

from ..errors import TunegridError, quoted
from .outside import opened

#: Groups below each other, and things in all of them, in a file of weights.
DEEPEST, MOST_ENTRIES = 32, 100_000

#: Bytes of a piece of a compressed dataset; a dataset in one piece may have less.
_PIECE = (1 << 10, 64 << 20)

#: What deflate can add to bytes that it cannot make fewer.
_SLACK = 1 << 10


@contextlib.contextmanager
def opened_hdf5(path: Path, *, limit: int, error: type[TunegridError]) -> Iterator[h5py.File]:
    """Open an HDF5 file from a folder from elsewhere; what h5py cannot read is told in words.

    Args:
        path, limit, error: as in `outside.opened`; links are not followed.
    """
    with opened(path, limit=limit, error=error, links=False) as stream:
        try:
            with h5py.File(stream, "r") as file:
                yield file
        except TunegridError:
            raise
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as found:
            said = quoted(str(found) or type(found).__name__)
            raise error(f"{quoted(path)} is damaged, or no HDF5 file ({said}).") from None


def read_plain(
    group: h5py.Group, name: str, shape: tuple[int, ...], kind: np.dtype, error: type[TunegridError]
) -> np.ndarray:
    """Read a dataset of a shape and type that are known beforehand.

    Args:
        group: in which it is.
        name: of it, no path.
        shape: that it must have; the caller bounds it.
        kind: its type, to the order of its bytes.
        error: what is raised.

    Raises:
        error: for a link, another shape or type, external or virtual storage, filters other than
            deflate and shuffle, and for pieces that are missing or of another size.
    """
    dataset = plain_entry(group, name, error)
    if not isinstance(dataset, h5py.Dataset):
        raise error(f"{_named(group, name)} is no dataset.")
    if dataset.shape != shape:
        raise error(f"{_named(group, name)} has the shape {dataset.shape}, not {shape}.")
    if dataset.id.get_type() != h5py.h5t.py_create(kind):
        raise error(f"{_named(group, name)} holds {quoted(dataset.dtype)}, not {kind}.")
    filters = _check_stored(dataset, error)
    if dataset.chunks is None:
        _check_whole(dataset, error)
        return np.asarray(dataset[()], kind)
    return _read_pieces(dataset, kind, filters, error)


def check_weights(file: h5py.File, most: int, error: type[TunegridError]) -> None:
    """Refuse a file of weights that holds anything but groups and whole arrays of numbers.

    Args:
        file: as Keras's `save_weights` writes it.
        most: the numbers that the model has, in all its layers.
        error: what is raised.
    """
    found = 0
    waiting: list[tuple[h5py.Group, int]] = [(file, 1)]
    entries = 0
    while waiting:
        group, depth = waiting.pop()
        entries += len(group)  # which is known before a name is read
        if entries > MOST_ENTRIES or depth > DEEPEST:
            raise error("the file has more in it than any model.")
        for name in group:
            entry = plain_entry(group, name, error)
            if isinstance(entry, h5py.Group):
                waiting.append((entry, depth + 1))
                continue
            if not isinstance(entry, h5py.Dataset) or entry.dtype.kind not in "fiub":
                raise error(f"{_named(group, name)} is no array of numbers.")
            if _check_stored(entry, error) or entry.chunks is not None:
                raise error(f"{_named(group, name)} is compressed, which no weights are.")
            _check_whole(entry, error)
            found += math.prod(entry.shape)
            if found > most:
                raise error(
                    f"{_named(group, name)}: the model has {most} numbers, and here are more."
                )


def has_names(group: h5py.Group, names: Collection[str]) -> bool:
    """Say whether a group holds just these; how many it holds is known before one is read."""
    return len(group) == len(names) and set(group) == set(names)


def plain_entry(
    group: h5py.Group, name: str, error: type[TunegridError]
) -> h5py.Group | h5py.Dataset | h5py.Datatype:
    """Give what lies in a group under a name, which is neither a path nor a link elsewhere."""
    if name in (".", "..") or "/" in name or name not in group:
        raise error(f"{_named(group, name)} is not there, or its name is a path.")
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise error(f"{_named(group, name)} is a link to somewhere else, which is not followed.")
    return group[name]


def _check_stored(dataset: h5py.Dataset, error: type[TunegridError]) -> Sequence[int]:
    """Refuse what does not lie in the file itself; return the filters that it went through."""
    made = dataset.id.get_create_plist()
    layouts = (h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED)
    if made.get_layout() not in layouts or made.get_external_count():
        raise error(f"{quoted(dataset.name)} is virtual, or lies in another file.")
    filters = [made.get_filter(place)[0] for place in range(made.get_nfilters())]
    if filters not in (
        [],
        *([h5py.h5z.FILTER_SHUFFLE] * n + [h5py.h5z.FILTER_DEFLATE] for n in (0, 1)),
    ):
        raise error(f"{quoted(dataset.name)} went through filters other than gzip.")
    return filters


def _check_whole(dataset: h5py.Dataset, error: type[TunegridError]) -> None:
    there = math.prod(dataset.shape) * dataset.dtype.itemsize
    if dataset.id.get_storage_size() != there:
        raise error(f"{quoted(dataset.name)} does not lie in the file as a whole.")


def _read_pieces(
    dataset: h5py.Dataset, kind: np.dtype, filters: Sequence[int], error: type[TunegridError]
) -> np.ndarray:
    """Read a dataset piece by piece, each inflated to the size that it must have."""
    shape, chunks = dataset.shape, dataset.chunks
    room = math.prod(chunks) * kind.itemsize
    counts = [math.ceil(most / step) for most, step in zip(shape, chunks, strict=True)]
    low, high = _PIECE
    if (
        room > high
        or (room < low and math.prod(counts) > 1)
        or any(step > most for step, most in zip(chunks, shape, strict=True))
    ):
        raise error(
            f"{quoted(dataset.name)} lies in pieces of the shape {chunks}: too odd to be read."
        )
    sizes: dict[tuple[int, ...], int] = {}
    dataset.id.chunk_iter(lambda one: sizes.__setitem__(one.chunk_offset, one.size))
    starts = [range(0, most, step) for most, step in zip(shape, chunks, strict=True)]
    if len(sizes) != math.prod(counts) or any(size > room + _SLACK for size in sizes.values()):
        raise error(f"{quoted(dataset.name)} lacks pieces, or has some that are too large.")
    array = np.empty(shape, kind)
    for start in itertools.product(*starts):
        mask, raw = dataset.id.read_direct_chunk(start)
        used = [one for place, one in enumerate(filters) if not mask >> place & 1]
        piece = _unfiltered(raw, used, room, kind.itemsize)
        if piece is None:
            raise error(f"{quoted(dataset.name)}: a piece has not the size that it must have.")
        block = np.frombuffer(piece, kind).reshape(chunks)
        ends = [min(at + step, most) for at, step, most in zip(start, chunks, shape, strict=True)]
        place = tuple(slice(at, end) for at, end in zip(start, ends, strict=True))
        array[place] = block[tuple(slice(0, one.stop - one.start) for one in place)]
    return array


def _unfiltered(raw: bytes, filters: Sequence[int], room: int, width: int) -> bytes | None:
    """Undo filters, the last one first; None when that does not give `room` bytes."""
    for one in reversed(filters):
        if one == h5py.h5z.FILTER_DEFLATE:
            inflate = zlib.decompressobj()
            try:
                raw = inflate.decompress(raw, room + 1)
            except zlib.error:
                return None
        elif width > 1 and len(raw) == room:  # shuffle: all first bytes, all second ones, …
            raw = np.frombuffer(raw, np.uint8).reshape(width, -1).T.tobytes()
    return raw if len(raw) == room else None


def _named(group: h5py.Group, name: str) -> str:
    return quoted(f"{group.name.rstrip('/')}/{name}")
