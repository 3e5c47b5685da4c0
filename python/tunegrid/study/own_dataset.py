"""Data of one's own in a study: what is known of it without its arrays, and the file it is in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from ..data.datasets import DATASETS, Dataset
from ..data.files import digest_of_file, read_data
from ..data.own import OwnData
from ..errors import SpecError, quoted
from ..machine.files import is_file
from ..machine.outside import inside
from .parts import Part

_DIGITS = 8


class OwnDataset(Part):
    """What a study keeps of data of one's own: see `Dataset` for what is what.

    `file`: where it was, relative to the study's folder; None for arrays from memory.
    """

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    shape: tuple[int, ...] = Field(min_length=1, max_length=3)
    classes: int = Field(ge=2)
    train_images: int = Field(ge=1)
    test_images: int = Field(ge=1)
    dtype: Literal["uint8", "float32"]
    class_names: tuple[str, ...] = ()
    train_counts: tuple[int, ...] = ()
    test_counts: tuple[int, ...] = ()
    file: str | None = None

    def named(self, name: str) -> Dataset:
        """Give the data set under the name that the study has for it."""
        return Dataset(name=name, title=name, **self.model_dump(exclude={"file"}))


def own_dataset(data: OwnData, file: str | None = None) -> OwnDataset:
    """Give what a study keeps of data of one's own."""
    names = [name for name in OwnDataset.model_fields if name != "file"]
    return OwnDataset(**{name: getattr(data.dataset, name) for name in names}, file=file)


def read_files(content: Mapping[str, object], folder: Path) -> dict[str, object]:
    """Put names in the place of the data files that a study file names, and describe these.

    Args:
        content: a study file. A setting `dataset` can be a table with `file`, a .npz or .csv file
            beside it, and `sha256`, the file's.
        folder: where the study file is.

    Returns:
        The content with `datasets`, by name.

    Raises:
        SpecError: for a file that is not there, is not inside the folder, or is another one.
        DataError: for one that holds no data.
    """
    found: dict[str, OwnDataset] = {}
    settled = _settled(content, folder, found)
    return {**settled, "datasets": found} if found else settled


def _settled(value: object, folder: Path, found: dict[str, OwnDataset]) -> object:
    if isinstance(value, list):
        return [_settled(one, folder, found) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _name_of(one, folder, found)
        if name == "dataset" and isinstance(one, Mapping)
        else _settled(one, folder, found)
        for name, one in value.items()
    }


def _name_of(table: Mapping[str, object], folder: Path, found: dict[str, OwnDataset]) -> str:
    if set(table) != {"file", "sha256"} or not all(isinstance(v, str) for v in table.values()):
        raise SpecError(
            'dataset must be a name, or a table with file and sha256, as { file = "letters.npz", '
            'sha256 = "..." }.'
        )
    path = _inside(folder, table["file"])
    if (digest := digest_of_file(path)) != table["sha256"]:
        raise SpecError(
            f"dataset: {path.name} is not the file that is meant: its SHA-256 is {digest}, and "
            f"sha256 says {quoted(table['sha256'], 64)}."
        )
    data = read_data(path)
    known, name = own_dataset(data, table["file"]), data.dataset.name
    if name in DATASETS or (name in found and found[name].digest != known.digest):
        name = f"{name}-{known.digest[:_DIGITS]}"  # of two files one must not hide the other
    found[name] = known
    return name


def _inside(folder: Path, name: str) -> Path:
    """Give the path of a file inside a folder, to which no link leads."""
    try:
        path = inside(folder, name)
    except SpecError as error:
        raise SpecError(f"dataset: {error}") from None
    if not is_file(path):
        raise SpecError(f"dataset: there is no file {quoted(name)} beside the study file.")
    return path
