"""The data of a plan: found, checked, and kept beside its runs where it is not pinned."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..data.datasets import DATASETS, Dataset, Source
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


def find_images(
    study: Study,
    chosen: Sequence[Configuration],
    *,
    store: Path,
    data_dir: str | Path | None,
    own: OwnData | None,
    progress: Progress,
) -> tuple[dict[str, Source], list[LeftOut]]:
    """Find and check every data set that is needed; leave out what needs a missing one.

    Args:
        study: whose data of its own they may be.
        chosen: what is to be trained.
        store: the store's folder, where what is not pinned is kept.
        data_dir: a folder with data sets.
        own: data that was given in memory.
        progress: told where each was found.

    Returns:
        By digest; and what is left out.

    Raises:
        DataError: when a data set is damaged, or there is none at all.
    """
    sources, missing = {}, {}
    for data in {one.data.name: one.data for one in chosen}.values():
        try:
            source = _source(study, data, store, data_dir, own, progress)
            load_dataset(source)
        except DataMissingError as error:
            missing[data.name] = str(error)
        else:
            sources[image_digest(source)] = source
            progress.notice(f"{data.title}: {source.path} ({source.origin}).")
    if not sources:
        raise DataError(" ".join(missing.values()))
    return sources, [
        left for name, reason in missing.items() for left in _left_out(chosen, name, reason)
    ]


def _source(
    study: Study,
    data: Dataset,
    store: Path,
    data_dir: str | Path | None,
    own: OwnData | None,
    progress: Progress,
) -> Source:
    if data.name not in DATASETS:
        return _own(study, data, store, own)
    if DATASETS[data.name].digests:
        return _find_or_download(data, data_dir, progress)
    source = _unpinned(data.name, store, data_dir)
    images = load_dataset(source)  # so that no worker reads its csv files again
    return keep_data(store, data.name, image_digest(source), images, data.classes)


def _own(study: Study, data: Dataset, store: Path, own: OwnData | None) -> Source:
    """Keep data of one's own, from memory or from the file that the study names."""
    kept = find_kept(store, OWN, data.digest)
    if kept is not None:
        return kept
    file = study.datasets[data.name].file
    if own is None and file is not None and study.folder is not None:
        own = read_data(inside(study.folder, file, error=DataError), name=data.name)
    if own is None or own.dataset.digest != data.digest:
        raise DataMissingError(
            f"The data {data.name} of {study.id} is not in {store}: give it again (data, or "
            f"--data), or import an export that was made with its data."
        )
    return keep_data(store, OWN, data.digest, own.images, data.classes)


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
