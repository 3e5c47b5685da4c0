"""`predictions.h5` of an exported folder: the predicted classes of all runs, as matrices."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from ..data.datasets import Dataset, label_type
from ..errors import StoreError
from ..machine.hdf5 import has_names, opened_hdf5, plain_entry, read_plain
from ..machine.outside import MIB, size
from .export_form import class_group

#: The most bytes of the classes of all runs of an export: of 25 000 runs with 10 000 test images.
CLASSES_MOST = 512 * MIB

_AFTER = ("last", "best")
_KEY = np.dtype("S64")

#: By the name of a group: how many test images, the type of their classes, and the runs' keys.
Groups = Mapping[str, tuple[int, np.dtype, Sequence[str]]]


def grouped(runs: Iterable[tuple[str, Dataset]]) -> Groups:
    """Put runs into groups by the form of their predicted classes.

    Args:
        runs: keys, with the data set that each was scored on.
    """
    found: dict[tuple[int, np.dtype], list[str]] = {}
    for key, data in runs:
        found.setdefault((data.test_images, label_type(data.classes)), []).append(key)
    named = {class_group(*form): (*form, keys) for form, keys in found.items()}
    return dict(sorted(named.items()))


def check_room(groups: Groups) -> None:
    """Refuse more runs than one export can hold.

    Raises:
        StoreError: when their classes have more than `CLASSES_MOST` bytes.
    """
    runs = sum(len(keys) * count * kind.itemsize for count, kind, keys in groups.values())
    total = len(_AFTER) * runs
    if total > CLASSES_MOST:
        raise StoreError(
            f"The predictions of these runs have {size(total)}, and {size(CLASSES_MOST)} is the "
            f"most of an export: export an experiment at a time."
        )


def read_classes(file: Path, groups: Groups) -> dict[tuple[str, str], bytes]:
    """Read the predicted classes by run and by what they come after.

    Args:
        file: that `export_results` wrote, or somebody else.
        groups: what must be in it; nothing else may.

    Raises:
        StoreError: naming the file and what is not as it must be.
    """
    check_room(groups)
    with opened_hdf5(file, limit=CLASSES_MOST + 64 * MIB, error=StoreError) as opened:
        try:
            return _classes(opened, groups)
        except StoreError as error:
            said = str(error).rstrip(".")
            raise StoreError(f"{file} is damaged ({said}): get the export again.") from None


def _classes(opened: h5py.File, groups: Groups) -> dict[tuple[str, str], bytes]:
    if not has_names(opened, groups):
        raise StoreError("it has not the groups that its runs ask for")
    found: dict[tuple[str, str], bytes] = {}
    for name, (count, kind, keys) in groups.items():
        group = plain_entry(opened, name, StoreError)
        if not isinstance(group, h5py.Group) or not has_names(group, ("key", *_AFTER)):
            raise StoreError(f"{name} has not the datasets key, last and best")
        named = read_plain(group, "key", (len(keys),), _KEY, StoreError).tolist()
        if sorted(named) != sorted(key.encode() for key in keys):
            raise StoreError(f"{name} has not the keys of its runs")
        for after in _AFTER:
            matrix = read_plain(group, after, (len(keys), count), kind, StoreError)
            rows = zip(named, matrix, strict=True)
            found |= {(key.decode(), after): row.tobytes() for key, row in rows}
    return found


def write_classes(file: Path, groups: Groups, classes: Mapping[tuple[str, str], bytes]) -> None:
    """Write the predicted classes into a file that must not be there.

    Args:
        file: made here.
        groups: as `read_classes` takes them.
        classes: by run and by what they come after.
    """
    with h5py.File(file, "x", track_order=True) as made:
        for name, (count, kind, keys) in groups.items():
            group = made.create_group(name)
            group["key"] = np.array(list(keys), dtype=_KEY)
            for after in _AFTER:
                matrix = np.frombuffer(b"".join(classes[key, after] for key in keys), kind)
                group.create_dataset(
                    after, data=matrix.reshape(len(keys), count), compression="gzip", shuffle=True
                )
