"""The form of an exported folder: its files, their columns and what these mean."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from ..errors import StoreError, quoted
from ..machine.outside import GIB, MIB, check_no_link, inside, read_outside, sha256_outside
from ..plan.runs import DataSpec, RunSpec

FORMAT = 1


MANIFEST = "manifest.json"


PREDICTIONS = "predictions.h5"


#: The most bytes of a manifest, and of any file that it lists.
MANIFEST_MOST, FILE_MOST = 4 * MIB, 8 * GIB


#: What is exported of each table, and what its columns mean.
TABLES: Mapping[str, Mapping[str, str]] = {
    "study": {
        "id": "text: the study's id",
        "digest": "text: SHA-256 of definition",
        "definition": "text: the study file as JSON",
        "added": "time: when a plan of it was first written",
    },
    "environment": {
        "id": "text: SHA-256 of description",
        "description": "text: JSON with versions, processor, threads, device",
    },
    "run": {
        "key": "text: SHA-256 of spec",
        "spec": "text: canonical JSON of everything that decides the numbers",
        "outcome": "text: done or failed; empty: not trained yet",
        "failure": "text: oom, diverged, killed or error; empty unless failed",
        "message": "text: of the failure",
        "ended": "time: when it got its outcome",
        "seconds": "seconds: wall time of training and scoring",
        "parameters": "count: of the model, trainable and not",
        "best_epoch": "number: the first epoch with the highest val_accuracy, from 1",
        "environment": "text: id in environment.csv",
    },
    "plan": {
        "study": "text: id in study.csv",
        "protocol": "text: how the study's runs are made",
        "experiment": "text: one of the study's experiments",
        "configuration": "text: the grid's row as JSON",
        "departures": "text: settings that depart from the protocol, as JSON; {} for none",
        "replicate": "number: the seed's, from 1",
        "run": "text: key in run.csv",
    },
    "epoch": {
        "run": "text: key in run.csv",
        "epoch": "number: from 1",
        "loss": "mean over training images, penalties included, dropout as trained",
        "accuracy": "share of training images, dropout as trained",
        "val_loss": "mean over validation images (the test images unless the spec holds some out)",
        "val_accuracy": "share of validation images",
    },
    "prediction": {
        "run": "text: key in run.csv",
        "after": "text: the last or the best epoch; the classes are in predictions.h5",
        "loss": "mean over the test images, penalties included",
        "accuracy": "share of the test images",
    },
    "look": {
        "study": "text: id in study.csv",
        "protocol": "text: how the study's runs are made",
        "claim": "text: id of a claim",
        "number": "number: of the look, 0 where counting began",
        "alpha": "share: the look's error, in each direction",
        "ended": "time",
        "runs": "count: of the claim's configurations",
        "settings": "text: SHA-256 of the study's [statistics]",
        "average": "text: holds, fails, tie, undecided or too few runs; empty where counting began",
        "slack": "by how much the claim holds; negative: misses",
        "low": "lower end of the slack",
        "high": "upper end of the slack",
        "spent": "seconds: of training since counting began",
        "budget": "seconds: that might be spent",
    },
    "attempt": {
        "run": "text: key in run.csv",
        "host": "text: where it was",
        "driver": "text: process id and start time of the driver",
        "started": "time",
        "ended": "time; empty: it has not",
        "outcome": "text: done, failed or interrupted",
        "failure": "text: as in run.csv",
        "message": "text: of the failure",
        "forgiven": "0 or 1: whether --retry-failed or repair has set it aside",
    },
}


#: Columns, by table, whose empty cells are texts without a letter: elsewhere nothing is known then.
EMPTY = {"look": frozenset({"average"})}

#: Tables that exports of before they were there do not have.
LATER = frozenset({"look"})


def data_file(digest: str) -> str:
    """Name the file of data of one's own in an exported folder."""
    return f"data-{digest}.npz"


def own_datasets(specs: Iterable[str]) -> list[DataSpec]:
    """Give the data of one's own that runs are of, each once, by their specs as JSON."""
    found = {one.digest: one for text in specs if (one := RunSpec.from_json(text).data).shape}
    return [found[digest] for digest in sorted(found)]


@contextlib.contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn the system's errors about a folder into one sentence."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{folder} cannot be used: {error.strerror or error}.") from None


def class_group(count: int, kind: np.dtype) -> str:
    """Name the group of the predictions of runs with so many test images and classes of a type."""
    return str(count) if kind == np.uint8 else f"{count}-{kind.str[1:]}"


def read_manifest(folder: Path) -> dict[str, object]:
    """Read an exported folder's manifest: `format`, `study` and `files`, names to digests.

    Raises:
        StoreError: when there is none, it is damaged, or a newer tunegrid wrote it.
    """
    file = folder / MANIFEST
    check_no_link(file, StoreError)
    if not file.is_file():
        raise StoreError(f"{folder} holds no whole export: it has no {MANIFEST}.")
    content = read_outside(file, limit=MANIFEST_MOST, error=StoreError, links=False)
    try:
        manifest = json.loads(content)
        version, study, listed = manifest["format"], manifest["study"], manifest["files"]
        is_whole = isinstance(version, int) and isinstance(study, str) and isinstance(listed, dict)
        is_whole = is_whole and all(isinstance(one, str) for one in listed.values())
    except (ValueError, KeyError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise StoreError(f"{file} is damaged: get the export again.")
    if version != FORMAT:
        raise StoreError(
            f"{file} is of format {version}, this tunegrid reads {FORMAT}: upgrade it."
        )
    return manifest


def verified_manifest(folder: Path) -> dict[str, object]:
    """Read an exported folder's manifest, and hold every file that it lists against it.

    Raises:
        StoreError: as `read_manifest` does; for a file that is missing, is no regular one in the
            folder itself, is too large, or is not as it was exported.
    """
    manifest = read_manifest(folder)
    for name, digest in manifest["files"].items():
        path = inside(folder, name, error=StoreError)
        if path.parent != folder or not path.exists():
            raise StoreError(f"{quoted(path)} is missing: get the export again.")
        if sha256_outside(path, limit=FILE_MOST, error=StoreError) != digest:
            raise StoreError(f"{path} is not as it was exported (its SHA-256 differs).")
    return manifest
