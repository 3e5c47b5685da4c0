"""What is so of a data set, by itself and by the runs that held some of its examples out."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from ..data.datasets import DATASETS, Dataset, Images, Source
from ..data.doubts import doubts
from ..data.files import take_data
from ..data.inspecting import inspect_images
from ..data.kept import find_kept
from ..data.own import OWN
from ..data.reading import image_digest, load_dataset
from ..data.sources import find_data, find_dataset
from ..errors import DataMissingError, SpecError, quoted
from ..plan.runs import RunSpec
from ..store.database import told
from ..store.planned import stored_study
from ..store.store import Store
from .frames import as_frame

#: The columns of the table, with their types.
_COLUMNS = {
    "check": "string",
    "part": "string",
    "count": "Int64",
    "estimate": "Float64",
    "low": "Float64",
    "high": "Float64",
    "detail": "string",
}

#: What people need not see: the details say it.
_HIDDEN = ["estimate", "low", "high"]

_GAP = "held out minus test"
_COVERED = 0.95

_FILES = (".npz", ".csv")
_DIGEST = re.compile(r"[0-9a-f]{4,64}")
_SHOWN = 12

_HELD_OUT = """
SELECT run.key, run.spec, last.val_accuracy AS held_out, tested.accuracy AS tested
FROM run
JOIN epoch AS last ON last.run = run.key AND last.epoch = json_extract(run.spec, '$.epochs')
JOIN prediction AS tested ON tested.run = run.key AND tested.after = 'last'
WHERE run.outcome = 'done' AND json_extract(run.spec, '$.data.digest') = :digest
      AND json_extract(run.spec, '$.data.validation') <> 'test'
ORDER BY run.key"""

_DIGESTS = """
SELECT DISTINCT json_extract(spec, '$.data.digest') AS digest FROM run
WHERE json_extract(spec, '$.data.dataset') = :name"""


def check_data(
    data: object, *, store: str | Path | None = None, data_dir: str | Path | None = None
) -> pd.DataFrame:
    """Look at a data set: counts, ranges, duplicates, and how much harder its test images are.

    Args:
        data: the name of a data set that ships; the path of a .npz or .csv file; arrays as
            `own_study` takes them, x (n, height, width), (n, height, width, channels) or
            (n, features) and y (n,); or the name of data of one's own that the store keeps, or
            the beginning of its digest (four digits or more).
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store. Its runs are looked at,
            if there are any.
        data_dir: a folder with data sets; default TUNEGRID_DATA. Nothing is downloaded.

    Returns:
        A row for each statement: check, part (`train`, `test`, `train and test`, or what was held
        out), count (of examples, classes, values or runs), estimate, low, high, detail (the same
        for people).

        `examples` and `classes` have the least and the greatest value, and number of examples of
        a class, as low and high; values are in the data's own unit. `class K` counts the examples
        of each. `constant values` are positions at which all training examples are the same.
        `duplicates` are the examples that have an equal one, value by value, in the same part,
        or the test examples that equal a training example; some of them `with another label`.

        `held out minus test` has a row for each way in which done runs of this data held training
        examples out: the accuracy (a share) on these after the last epoch minus that on the test
        examples, one value a run, averaged. It is above 0 where the test examples are harder.
        low and high are the ends of its 95 % interval by Student's t, mean ± t·s/√n with n - 1
        degrees of freedom, as `scipy.stats.ttest_1samp` gives it; NA for one run. It takes the
        runs, count of them, of all studies, models and lengths, as independent draws around one
        mean. But they share the test examples, and those of a fold its examples: the interval
        says how far the mean moves with seeds, models and folds, and not with other examples.
        Runs with a fold are taken together whatever seed dealt the folds; those whose parts were
        drawn again (`pooled`) stand apart.

        `attrs["caption"]` says which data it is, `attrs["note"]` what is doubtful of its labels and
        what cannot be said for want of runs.

    Raises:
        SpecError: for a name that nothing has.
        DataError: when the data is missing, damaged, or no data.
        StoreError: when the store cannot be read.
    """
    with Store(store) as opened:
        dataset, images, origin = _find(data, opened, data_dir)
        runs = opened.rows(_HELD_OUT, {"digest": dataset.digest})
    with told(opened.folder):
        gaps = list(_gaps(runs))
    found = inspect_images(images, dataset.classes, dataset.class_names)
    rows = [*map(asdict, found), *gaps]
    table = as_frame(rows, _COLUMNS).astype(_COLUMNS)
    table.attrs = {
        "caption": f"{dataset.title}, digest {dataset.digest[:_SHOWN]}, {origin}",
        "note": [*doubts(dataset), *([] if gaps else [_no_runs(opened.folder)])],
        "hidden": _HIDDEN,
    }
    return table


def _find(data: object, opened: Store, data_dir: str | Path | None) -> tuple[Dataset, Images, str]:
    """Give what is meant, its arrays, and where they came from."""
    if not isinstance(data, (str, Path)):
        own = take_data(data)
        return own.dataset, own.images, "from memory"
    if data in DATASETS:
        source = _shipped(str(data), opened, data_dir)
        known = {**vars(DATASETS[data]), "digest": image_digest(source)}
        dataset = Dataset(**{name: known[name] for name in Dataset.__dataclass_fields__})
    elif isinstance(data, Path) or data.lower().endswith(_FILES):
        own = take_data(data)
        return own.dataset, own.images, f"in {data}"
    else:
        dataset = _stored(data, opened)
        source = find_data(OWN, dataset.digest, store=opened.folder)
    return dataset, load_dataset(source), f"in {source.path}"


def _shipped(name: str, opened: Store, data_dir: str | Path | None) -> Source:
    """Find a data set that ships; what is not pinned may also be kept beside its runs."""
    try:
        return find_dataset(name, data_dir=data_dir, download=False)
    except DataMissingError:
        for row in opened.rows(_DIGESTS, {"name": name}):
            kept = find_kept(opened.folder, name, row["digest"])
            if kept is not None:
                return kept
        raise


def _stored(data: str, opened: Store) -> Dataset:
    """Find data of one's own by its name, else by the beginning of its digest."""
    with told(opened.folder):
        known = list(_known(opened))
    named = {one.digest: one for one in known if one.name == data}
    begun = {one.digest: one for one in known if one.digest.startswith(data)}
    chosen = named or (begun if _DIGEST.fullmatch(data) else {})
    if len(chosen) == 1:
        return next(iter(chosen.values()))
    if chosen:
        digests = ", ".join(digest[:_SHOWN] for digest in chosen)
        raise SpecError(
            f"'{quoted(data)}' is the name of {len(chosen)} data sets in the store "
            f"{opened.folder}: give the beginning of a digest, one of {digests}."
        )
    names = ", ".join(dict.fromkeys([*DATASETS, *(one.name for one in known)]))
    raise SpecError(
        f"There is no data set '{quoted(data)}': give one of {names}, the beginning of the digest "
        f"of data that the store {opened.folder} keeps, or a .npz or .csv file."
    )


def _known(opened: Store) -> Iterator[Dataset]:
    """Give the data of one's own that studies in a store have, by the latest names first."""
    for row in opened.rows("SELECT definition FROM study ORDER BY added DESC"):
        try:
            known = stored_study(row["definition"]).datasets
        except SpecError:
            continue  # of another version: `verify` names it
        yield from (one.named(name) for name, one in known.items())


def _gaps(runs: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Average over the runs that held out in the same way."""
    groups: dict[str, list[tuple[float, int | None]]] = {}
    for run in runs:
        data = RunSpec.from_json(run["spec"]).data
        how = f"fold of {data.folds}" if data.fold else f"{data.validation} {data.validation_size}"
        how = f"{data.split}, {how}" if data.split else how
        groups.setdefault(how, []).append((run["held_out"] - run["tested"], data.fold))
    for how, values in sorted(groups.items()):
        differences = [difference for difference, _ in values]
        mean, low, high = _interval(differences)
        folds = sorted({fold for _, fold in values if fold is not None})
        within = "one run, no interval" if low is None else f"95 %: {_say(low)} to {_say(high)}"
        said = f"{_say(mean)} in accuracy ({within})"
        if folds:
            said += f", {'fold' if len(folds) == 1 else 'folds'} {', '.join(map(str, folds))}"
        yield {"check": _GAP, "part": how, "count": len(values), "detail": said,
               "estimate": mean, "low": low, "high": high}  # fmt: skip


def _say(difference: float) -> str:
    """Write a difference with its sign, and nothing with a plus."""
    return f"{round(difference, 4) + 0.0:+.4f}"


def _interval(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """Give the mean with its interval by Student's t, which one value does not have."""
    from scipy.special import stdtrit

    count = len(values)
    mean = math.fsum(values) / count
    if count == 1:
        return mean, None, None
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    reach = float(stdtrit(count - 1, (1 + _COVERED) / 2)) * math.sqrt(variance / count)
    return mean, mean - reach, mean + reach


def _no_runs(folder: Path) -> str:
    return (
        f"No run in {folder} held out training examples of this data, so it is not known whether "
        f"its test examples are harder: `tune-grid run` makes some by the settings "
        f"validation=fold, folds=6 and fold=1, and so on to fold=6, or with a grid that has a "
        f"column fold."
    )
