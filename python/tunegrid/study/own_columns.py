"""The columns of a grid of one's own: settings, what a model's function reads, or labels."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from ..errors import SpecError, quoted
from .csvfile import Scalar
from .experiment import RESERVED
from .meaning import means_something
from .parts import split_names
from .settings import DEFAULTS, NAMES

Row = Mapping[str, Scalar]

#: What others call a setting.
_OTHER_NAMES: Mapping[str, str] = {
    "lr": "learning_rate", "eta": "learning_rate", "bs": "batch_size", "batch": "batch_size",
    "n_epochs": "epochs", "nepochs": "epochs", "opt": "optimizer", "drop": "dropout",
    "units": "dense1", "filters": "layer1", "kernel_size": "kernel",
}  # fmt: skip


class HeardRow(dict[str, Scalar]):
    """A row that notes what is asked of it."""

    def __init__(self, row: Row, read: set[str]) -> None:
        """Give a row.

        Args:
            row: what it holds.
            read: gets the names of the columns that are asked for.
        """
        super().__init__(row)
        self._read = read

    def __getitem__(self, name: str) -> Scalar:
        self._read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: object = None) -> object:
        self._read.add(name)
        return super().get(name, default)

    def pop(self, name: str, *default: object) -> object:
        self._read.add(name)
        return super().pop(name, *default)

    def __iter__(self) -> Iterator[str]:
        self._read.update(super().keys())
        return super().__iter__()

    def keys(self) -> Collection[str]:  # asked for by ** and dict()
        self._read.update(super().keys())
        return super().keys()

    def values(self) -> Collection[Scalar]:
        self._read.update(super().keys())
        return super().values()

    def items(self) -> Collection[tuple[str, Scalar]]:
        self._read.update(super().keys())
        return super().items()


def listed_labels(labels: str | Sequence[str] | None, rows: Sequence[Row]) -> list[str]:
    """Give the columns that are named as labels; one text may hold several with commas.

    Raises:
        SpecError: for one that the grid has not.
    """
    names = split_names(() if labels is None else labels)
    for name in names:
        if name not in rows[0]:
            raise SpecError(
                f"labels names {quoted(name)}, and the grid has the columns "
                f"{quoted(', '.join(rows[0]), 2000)}."
            )
    return names


def check_columns(
    rows: Sequence[Row],
    settings: Mapping[str, object],
    labels: Collection[str],
    *,
    read: Collection[str] = (),
) -> None:
    """Refuse a column that changes nothing: rows that differ in it would be one run, silently.

    Args:
        rows: of the grid.
        settings: of all of them, the architecture too where no column has it.
        labels: the columns that only name the rows.
        read: what a model's function has asked for.

    Raises:
        SpecError: naming the column, and what it may be meant for.
    """
    for column in rows[0]:
        if column in labels or column in read or column in RESERVED:
            continue  # a name that is taken is told of later
        if not any(means_something(column, {**DEFAULTS, **settings, **row}) for row in rows):
            raise SpecError(
                f"Nothing reads the column {quoted(column)} of the grid{_hint(column)} A column "
                f"that only names the configurations is to be named in labels."
            )


def check_models_differ(
    rows: Sequence[Row], models: Sequence[Row], labels: Collection[str]
) -> None:
    """Refuse rows that have the same model and the same settings.

    Raises:
        SpecError: naming the first two, and the columns that make no difference.
    """
    seen: dict[str, int] = {}
    for number, (row, model) in enumerate(zip(rows, models, strict=True), start=1):
        means = {name: value for name, value in row.items() if name in NAMES or name in labels}
        what = json.dumps([dict(model), means], sort_keys=True)
        if what in seen:
            first = rows[seen[what] - 1]
            idle = [name for name in row if row[name] != first[name]]
            raise SpecError(
                f"Rows {seen[what]} and {number} of the grid have the same model, whatever "
                f"{quoted(' and '.join(idle))} {'is' if len(idle) == 1 else 'are'}"
                f"{_hint(idle[0])} A column that only names the configurations is to be named in "
                f"labels."
            )
        seen[what] = number


def _hint(column: str) -> str:
    close = get_close_matches(column, NAMES - {"keras_json"}, n=1)
    meant = _OTHER_NAMES.get(column.lower()) or (close[0] if close else None)
    return f": did you mean {meant}?" if meant and meant != column else "."
