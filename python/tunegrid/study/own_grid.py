"""A grid of one's own as a study: rows, a model for each, and what is trained alike."""

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from ..architectures import ARCHITECTURES, check_fits, model_json, read_model
from ..data.datasets import DATASETS, Dataset
from ..data.files import take_data
from ..data.own import OwnData
from ..errors import SpecError, mistaken, quoted
from .compiled import compiled_settings
from .csvfile import MOST_COLUMNS, MOST_ROWS, Scalar, read_rows
from .own_columns import HeardRow, check_columns, check_models_differ, listed_labels
from .own_dataset import own_dataset
from .settings import NAMES, check_settings, explain, given_settings
from .study import STUDIES, Study

if TYPE_CHECKING:
    import keras


#: What a grid of one's own is called unless it is given a name; its experiment, its protocol.
NAME, EXPERIMENT, PROTOCOL = "own-grid", "grid", "own"

_MOST, _DIGITS = 1e15, 8


Row = Mapping[str, Scalar]
Made = str | Mapping[str, Scalar]
Model = str | Callable[[Row], "keras.Model"] | Sequence[Made]


def own_study(
    grid: Sequence[Row],
    *,
    model: Model | None = None,
    dataset: str | None = None,
    data: object | None = None,
    name: str | None = None,
    labels: str | Sequence[str] = (),
    set: Mapping[str, Scalar] | None = None,  # noqa: A002 - the command's and R's word
) -> Study:
    """Make a study of a grid.

    Args:
        grid: a row for each configuration (a mapping, or a pandas frame of them). Columns are
            settings, or what a model function reads.
        model: the name of an architecture whose parameters the columns are; a function that is
            called once with each row and returns a `keras.Model`; or that many models as JSON,
            from `model_json`. A model that is compiled brings its optimizer and its loss. Not
            needed where `architecture` is a column or in `set`.
        dataset: the name of one that ships; `fashion_mnist` by default.
        data: one's own in its place: arrays as `own_data` takes them (x_train, y_train, x_test,
            y_test), the path of a .npz or .csv file (see `read_data`), or what either gave.
        name: the study's id, by which a store knows it: lower-case letters, digits and dashes;
            by default `own-grid-` with eight digits that follow from what the grid is.
        labels: columns that only name the configurations: no setting, and read by nothing.
        set: settings of all runs, as epochs, batch_size, optimizer, learning_rate; scaling is
            `unit` for data of one's own that is images in bytes, and `none` for other data.

    Returns:
        A study with one experiment, `grid`, and one protocol.

    Raises:
        SpecError: naming the column, the row or the setting that is wrong.
        DataError: naming what is wrong with the data.
    """
    for what, text in (("name", name), ("dataset", dataset)):
        if not isinstance(text, (str, type(None))):
            raise mistaken(what, "a text", text)
    given = given_settings(set)
    if name is not None and (STUDIES / name).is_dir():
        raise SpecError(f"{name} is a study that ships with tunegrid: give the grid another name.")
    rows = _rows(grid)
    own = None if data is None else _own_data(data, dataset or given.get("dataset"))
    settings = {"dataset": dataset or "fashion_mnist", **given}
    if own is not None:
        scaling = {"scaling": _scaling_of(own)}
        settings = {**scaling, **given, "dataset": own.dataset.name}
    if isinstance(model, str):
        settings["architecture"] = _known(model)
    taken = DATASETS.get(str(settings["dataset"])) if own is None else own.dataset
    is_named = model is None or isinstance(model, str)
    names = listed_labels(labels, rows)
    models = [{} for _ in rows] if is_named else _models(model, rows, taken, names, settings)
    settings = check_settings(settings)
    if is_named and "architecture" in {**settings, **rows[0]}:
        check_columns(rows, settings, names)
    content = {
        "schema": 1,
        "id": name or NAME,
        "title": "a grid of one's own",
        "author": "its user",
        "date": "now",
        "source": "the call that ran it",
        "about": f"{len(rows)} configurations",
        "settings": settings,
        "protocol": {PROTOCOL: {"title": "as it was called"}},
        "experiment": {
            EXPERIMENT: {
                "title": "the grid",
                "labels": [c for c in rows[0] if c not in NAMES or c in names],
                "row": [
                    {"values": row, "set": more} for row, more in zip(rows, models, strict=True)
                ],
            }
        },
        "datasets": {} if own is None else {own.dataset.name: own_dataset(own)},
    }
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        raise SpecError(f"The grid cannot be run: {explain(error)}") from None
    return study if name is not None else study.model_copy(update={"id": _name_of(study)})


def _name_of(study: Study) -> str:
    """Name a grid by what it is: another one has another name."""
    what = [_settings_of(study), sorted(_described(study))]
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
    return f"{NAME}-{digest[:_DIGITS]}"


def _scaling_of(own: OwnData) -> str:
    """Divide by 255 what is a picture in bytes; numbers of any other meaning stay as they are."""
    is_picture = own.dataset.dtype == "uint8" and len(own.dataset.shape) > 1
    return "unit" if is_picture and own.images.x_train.max() > 1 else "none"


def _own_data(data: object, dataset: str | None) -> OwnData:
    if dataset is not None:
        raise SpecError("Give dataset, the name of one that ships, or data of your own, not both.")
    return take_data(data)


def as_rows(grid: Sequence[Row]) -> Sequence[Row]:
    """Give the rows of a pandas frame, and other grids as they are."""
    return grid.to_dict("records") if hasattr(grid, "to_dict") else grid


def _rows(grid: Sequence[Row]) -> list[dict[str, Scalar]]:
    """Check that rows have the same columns, a value in each, and differ."""
    grid = as_rows(grid)
    if not isinstance(grid, Sequence) or not all(isinstance(row, Mapping) for row in grid):
        raise SpecError("A grid must be a list of rows, a mapping each, or a pandas frame.")
    if not grid or not grid[0]:
        raise SpecError("A grid needs at least one row and one column.")
    if len(grid) > MOST_ROWS or len(grid[0]) > MOST_COLUMNS:
        raise SpecError(
            f"The grid has {len(grid)} rows and {len(grid[0])} columns: at most {MOST_ROWS} and "
            f"{MOST_COLUMNS} can be."
        )
    rows = [{str(name): _plain(value) for name, value in row.items()} for row in grid]
    seen = {}
    for number, row in enumerate(rows, start=1):
        if list(row) != list(rows[0]):
            raise SpecError(
                f"Row {number} of the grid has the columns {quoted(', '.join(row))}, and the first "
                f"has {quoted(', '.join(rows[0]))}: they must be the same."
            )
        for column, value in row.items():
            if isinstance(value, (int, float)) and not _is_value(value):
                raise SpecError(
                    f"Row {number} of the grid must have a number between -{_MOST:g} and {_MOST:g} "
                    f"for {quoted(column)}, not {_short(value)}."
                )
            if not _is_value(value):
                raise SpecError(
                    f"Row {number} of the grid must have a number, a text or a truth value for "
                    f"{quoted(column)}, not {quoted(value, write=repr)}."
                )
        first = seen.setdefault(tuple(row.values()), number)
        if first != number:
            raise SpecError(f"Rows {first} and {number} of the grid are the same.")
    return rows


def _plain(value: object) -> object:
    """Give Python's own value for a NumPy one."""
    return value.item() if isinstance(value, np.generic) else value


def _short(value: float) -> str:
    """Write a number; a whole one can be beyond all floats."""
    try:
        return f"{value:g}"
    except OverflowError:
        return quoted(value, write=repr)


def _is_value(value: object) -> bool:
    """Say whether a cell is a text, a truth value or a number of usual size."""
    is_number = isinstance(value, (int, float)) and abs(value) <= _MOST
    return isinstance(value, (bool, str)) or is_number


def _known(model: str) -> str:
    if model not in ARCHITECTURES:
        raise SpecError(
            f"There is no architecture '{quoted(model)}': choose from {', '.join(ARCHITECTURES)}, "
            f"or give a function that returns a Keras model."
        )
    return model


def _models(
    model: Callable[[Row], "keras.Model"] | Sequence[Made],
    rows: Sequence[Row],
    data: Dataset | None,
    labels: Collection[str],
    settings: Mapping[str, object],
) -> list[dict[str, Scalar]]:
    """Give the settings that say which model each row has."""
    if hasattr(model, "to_json"):
        raise SpecError(
            "model is one Keras model: give a function that makes one of a row, so that each "
            "configuration has its own."
        )
    read: set[str] = set()
    if callable(model):
        made = [
            row_model(model(HeardRow(row, read)), row, number, data)
            for number, row in enumerate(rows, start=1)
        ]
    elif isinstance(model, Sequence) and all(isinstance(one, (str, Mapping)) for one in model):
        made = [{"keras_json": one} if isinstance(one, str) else dict(one) for one in model]
        if len(made) != len(rows):
            raise SpecError(f"There are {len(made)} models for {len(rows)} rows of the grid.")
        for one, row, number in zip(made, rows, itertools.count(1)):
            with _of_row(row, number):
                built = read_model(str(one.get("keras_json", "")))
                if data is not None:
                    check_fits(built, data.input_shape, data.classes)
    else:
        raise SpecError(
            f"model must be a name, a function or JSON texts, not {quoted(model, write=repr)}."
        )
    if callable(model):  # of models made elsewhere nobody here knows what they were made of
        check_columns(rows, {"architecture": "keras"}, labels, read=read)
    check_models_differ(rows, made, labels)
    for one, row, number in zip(made, rows, itertools.count(1)):
        with _of_row(row, number):
            _check_said_once(one, {**settings, **row})
    return [{"architecture": "keras", **one} for one in made]


def _check_said_once(compiled: Row, given: Mapping[str, object]) -> None:
    """Refuse settings that a compiled model has otherwise: one of the two would be ignored."""
    for name, value in compiled.items():
        if name in given and name in NAMES and given[name] != value:
            raise SpecError(
                f"It is compiled with {name} = {value}, and the grid or its settings say "
                f"{given[name]}: say it once."
            )


def row_model(
    model: "keras.Model", row: Row, number: int, data: Dataset | None = None
) -> dict[str, Scalar]:
    """Give the model that was made for a row of a grid as settings.

    Args:
        model: what was made.
        row, number: of the grid, counted from 1.
        data: what it is to fit; nothing by default.

    Returns:
        keras_json, from `model_json`; and what it was compiled with, if it was.

    Raises:
        SpecError: as `model_json` and `compiled_settings` do, and saying which row it was.
    """
    with _of_row(row, number):
        wanted = {} if data is None else {"shape": data.input_shape, "classes": data.classes}
        return {"keras_json": model_json(model, **wanted), **compiled_settings(model)}


@contextlib.contextmanager
def _of_row(row: Row, number: int) -> Iterator[None]:
    """Say in errors whose model it was."""
    try:
        yield
    except SpecError as error:
        said = quoted(json.dumps(row, ensure_ascii=False))
        raise SpecError(f"The model of row {number} ({said}): {error}") from None


def read_grid(file: str | Path) -> list[dict[str, Scalar]]:
    """Read a grid of one's own: a CSV file with a row for each configuration.

    Raises:
        SpecError: when it cannot be read, has no rows, or lacks a value.
    """
    path = Path(file)
    if path.suffix.lower() != ".csv":
        raise SpecError(
            f"--grid: {path} must be a .csv file (in R: write.csv(x, row.names = FALSE)), or an "
            f"R script that ends in a data frame."
        )
    rows = read_rows(path, "--grid")
    if not rows:
        raise SpecError(f"--grid: {path} has no rows.")
    for number, row in enumerate(rows, start=1):
        empty = [name for name, value in row.items() if value is None]
        if empty:
            raise SpecError(f"--grid: row {number} of {path} has no value for {quoted(empty[0])}.")
        truths = [name for name, value in row.items() if str(value).lower() in ("true", "false")]
        if truths:
            raise SpecError(
                f"--grid: row {number} of {path} has {row[truths[0]]} for {quoted(truths[0])}, "
                f"and no setting is a truth value: write what a label means as a word, as yes and "
                f"no."
            )
    return rows


def is_own_grid(study: Study) -> bool:
    """Say whether a study is a grid of one's own, as `own_study` makes it."""
    return list(study.experiments) == [EXPERIMENT] and list(study.protocols) == [PROTOCOL]


def check_same_grid(given: Study, known: Study, store: Path) -> None:
    """Refuse a grid under a name by which a store knows another one: it would hide its runs.

    Args:
        given: what is to be run.
        known: what was run under the name; rows may be added to it.
        store: the store's folder.

    Raises:
        SpecError: saying how they differ.
    """
    if not is_own_grid(known):
        raise SpecError(
            f"The store {store} knows {given.id} as a study and no grid: give the grid another "
            f"name."
        )
    both = [_settings_of(one) for one in (known, given)]
    if both[0] != both[1]:
        names = dict.fromkeys([*both[0], *both[1]])
        sides = [(name, *(one.get(name, "not set") for one in both)) for name in names]
        name, before, now = next(one for one in sides if one[1] != one[2])
        what = f"other settings ({name}: {before} there, {now} here)"
        if name in ("dataset", "scaling") and (known.datasets or given.datasets):
            what = "other data"
    elif not _described(known) <= _described(given):
        what = "other rows or models"
    else:
        return
    raise SpecError(
        f"The store {store} has a grid called {given.id} with {what}: give this one another name, "
        f"or add its rows to those of that one. Some of its rows are run by a condition (where)."
    )


def _settings_of(study: Study) -> dict[str, object]:
    """Give a grid's settings, with its data by digest: the name is for people."""
    data = study.dataset(str(study.settings["dataset"]))
    return {**study.settings, "dataset": data.name if data.name in DATASETS else data.digest}


def _described(study: Study) -> set[str]:
    """Give the rows of a grid with the settings of each, as texts."""
    rows = study.experiments[EXPERIMENT].row
    return {json.dumps([row.values, dict(row.set)], sort_keys=True) for row in rows}
