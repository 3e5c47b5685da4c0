"""The data of a plan: found, checked, and kept beside its runs where it is not pinned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..data.datasets import DATASETS, Dataset, Images, Source
from ..data.files import read_data
from ..data.kept import find_kept, keep_data
from ..data.own import OWN, OwnData
from ..data.reading import image_digest, load_dataset
from ..data.sources import find_dataset
from ..errors import DataError, DataMissingError
from ..machine.outside import inside
from ..plan.configuration import Configuration
from ..store.store import Store
from ..study.study import Study
from .progress import Progress
from .summary import LeftOut


def found_digests(
    datasets: Iterable[Dataset], *, store: Path, data_dir: str | Path | None = None
) -> dict[str, str]:
    """Give the digests, by name, of the data sets that have none before they are found.

    What is not on this machine is left out.

    Raises:
        DataError: for what is there and is damaged.
    """
    found = {}
    for name in dict.fromkeys(one.name for one in datasets if one.digest is None):
        try:
            found[name] = image_digest(_unpinned(name, store, data_dir))
        except DataMissingError:
            continue
    return found


def _unpinned(name: str, store: Path, data_dir: str | Path | None) -> Source:
    """Find data that is not pinned: its files, or what a store has kept of them.

    Raises:
        DataMissingError: when there is neither.
    """
    try:
        return find_dataset(name, data_dir=data_dir, download=False)
    except DataMissingError:
        query = """
            SELECT DISTINCT json_extract(spec, '$.data.digest') FROM run
            WHERE json_extract(spec, '$.data.dataset') = :name"""
        with Store(store) as opened:
            digests = [digest for (digest,) in opened.rows(query, {"name": name})]
        kept = [source for one in digests if (source := find_kept(store, name, one))]
        if len(kept) != 1:
            raise
        return kept[0]


@dataclass(frozen=True)
class Found:
    """The data sets of a plan: `sources` by digest, `kept` to be kept first, `left_out` without."""

    sources: Mapping[str, Source]
    kept: Mapping[str, "Unkept"]
    left_out: list[LeftOut]

    @property
    def digests(self) -> frozenset[str]:
        """What can be trained on."""
        return frozenset({*self.sources, *self.kept})

    def keep(self, store: Path) -> dict[str, Source]:
        """Keep in a store's folder what is not pinned; give all sources by digest.

        Raises:
            DataError: when it cannot be written.
        """
        new = {
            digest: keep_data(store, one.name, digest, one.images, one.classes)
            for digest, one in self.kept.items()
        }
        return {**self.sources, **new}


@dataclass(frozen=True, eq=False)
class Unkept:
    """Data that no store has yet: its name in specs, arrays, and number of classes."""

    name: str
    images: Images
    classes: int


def find_images(
    study: Study,
    chosen: Sequence[Configuration],
    *,
    store: Path,
    data_dir: str | Path | None,
    own: OwnData | None,
    progress: Progress,
) -> Found:
    """Find and check every data set that is needed, and write nothing.

    Args:
        study: whose data of its own they may be.
        chosen: what is to be trained.
        store: the store's folder, where what is not pinned is kept.
        data_dir: a folder with data sets.
        own: data that was given in memory.
        progress: told where each was found.

    Raises:
        DataError: when a data set is damaged, or there is none at all.
    """
    sources, kept, missing = {}, {}, {}
    for data in {one.data.name: one.data for one in chosen}.values():
        try:
            digest, found = _look_for(study, data, store, data_dir, own, progress)
        except DataMissingError as error:
            missing[data.name] = str(error)
            continue
        if isinstance(found, Unkept):
            kept[digest] = found
            progress.notice(f"{data.title}: kept in {store}.")
        else:
            sources[digest] = found
            progress.notice(f"{data.title}: {found.path} ({found.origin}).")
    if not sources and not kept:
        raise DataError(" ".join(missing.values()))
    left = [one for name, why in missing.items() for one in _left_out(chosen, name, why)]
    return Found(sources, kept, left)


def _look_for(
    study: Study,
    data: Dataset,
    store: Path,
    data_dir: str | Path | None,
    own: OwnData | None,
    progress: Progress,
) -> tuple[str, Source | Unkept]:
    """Give the digest of a data set, and where it is, or what it is while it is not kept."""
    if data.name not in DATASETS:
        return _own(study, data, store, own)
    if DATASETS[data.name].digests:
        source = _find_or_download(data, data_dir, progress)
        load_dataset(source)
        return image_digest(source), source
    source = _unpinned(data.name, store, data_dir)
    images, digest = load_dataset(source), image_digest(source)
    kept = find_kept(store, data.name, digest)  # so that no worker reads its csv files again
    return digest, kept or Unkept(data.name, images, data.classes)


def _own(
    study: Study, data: Dataset, store: Path, own: OwnData | None
) -> tuple[str, Source | Unkept]:
    """Find data of one's own: kept, in memory, or in the file that the study names."""
    kept = find_kept(store, OWN, data.digest)
    if kept is not None:
        load_dataset(kept)
        return data.digest, kept
    file = study.datasets[data.name].file
    if own is None and file is not None and study.folder is not None:
        own = read_data(inside(study.folder, file, error=DataError), name=data.name)
    if own is None or own.dataset.digest != data.digest:
        raise DataMissingError(
            f"The data {data.name} of {study.id} is not in {store}: give it again (data, or "
            f"--data), or import an export that was made with its data."
        )
    return data.digest, Unkept(OWN, own.images, data.classes)


def _find_or_download(data: Dataset, data_dir: str | Path | None, progress: Progress) -> Source:
    try:
        return find_dataset(data.name, data_dir=data_dir, download=False)
    except DataMissingError:
        progress.notice(f"{data.title} is not on this machine: Keras is to download it.")
        return find_dataset(data.name, data_dir=data_dir)


def _left_out(chosen: Sequence[Configuration], dataset: str, reason: str) -> list[LeftOut]:
    found = []
    for experiment in dict.fromkeys(one.experiment for one in chosen):
        own = [one for one in chosen if one.experiment == experiment]
        without = [one for one in own if one.data.name == dataset]
        if without:
            found.append(LeftOut(experiment, dataset, len(without), len(own), reason))
    return found
