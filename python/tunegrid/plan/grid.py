"""From a study's grid rules to its configurations, in a stable order."""

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ..errors import SpecError, quoted
from ..study.conditions import check_columns, parse_condition
from ..study.csvfile import Scalar
from ..study.experiment import Experiment
from ..study.settings import check_settings
from ..study.study import Study
from ..study.tables import PrintedTable
from .configuration import Configuration, concerns, resolve

#: The most configurations of one call.
MOST_CONFIGURATIONS = 100_000

#: The most characters of conditions, those of each row counted: half a minute's work.
MOST_ASKED = 200_000_000


def configurations(
    study: Study,
    *,
    protocol: str | None = None,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    overrides: Mapping[str, object] | None = None,
    grid: Sequence[Mapping[str, Scalar]] | None = None,
) -> list[Configuration]:
    """Expand a study's experiments.

    Args:
        study: from `load_study`.
        protocol: the study's default for None.
        experiments: names; all for None.
        where: a condition on configuration columns and settings.
        overrides: settings that take the place of the protocol's, and mark a departure.
        grid: rows that take the place of the (one) experiment's own.

    Returns:
        In the study's order of experiments, each as R's expand.grid orders it: the first
        factor runs fastest.

    Raises:
        SpecError: for unknown names, for overrides that apply to no configuration, and when
            the condition leaves nothing.
    """
    chosen = study.pick_protocol(protocol)
    names = study.pick_experiments(experiments)
    if grid is not None and len(names) != 1:
        raise SpecError(
            f"A grid of one's own needs exactly one experiment to take its settings from: "
            f"choose from {', '.join(study.experiments)}."
        )
    changed = check_settings(overrides or {})
    _check_asked(study, chosen, names)
    rows = (
        (name, columns)
        for name in names
        for columns in _rows(study.experiments[name], study.lineage(chosen), grid)
    )
    counted = list(itertools.islice(rows, MOST_CONFIGURATIONS + 1))
    if len(counted) > MOST_CONFIGURATIONS:
        raise SpecError(
            f"There are more than {MOST_CONFIGURATIONS} configurations, which is the most: choose "
            f"fewer levels, a stricter keep, or fewer experiments."
        )
    found = [
        resolve(study, chosen, name, columns, changed, own_grid=grid is not None)
        for name, columns in counted
    ]
    _check_overrides(changed, found)
    return found if where is None else _filter(found, where)


def _check_asked(study: Study, protocol: str, names: Sequence[str]) -> None:
    """Refuse conditions that would be read for hours: each is asked of every row."""
    common = [rule.where for rule in study.differences(protocol)]
    common += [text for claim in study.claims for text in claim.groups]
    common += [text for entry in study.stated for text in entry.conditions]
    asked = 0
    for experiment in map(study.experiments.__getitem__, names):
        rows = len(experiment.row) or math.prod(map(len, experiment.grid.values()))
        own = [*common, *(rule.where for rule in experiment.when)]
        asked += rows * len(experiment.keep or "")
        asked += min(rows, MOST_CONFIGURATIONS) * sum(len(text or "") for text in own)
    if asked > MOST_ASKED:
        raise SpecError(
            f"The conditions of {study.id} would be asked of too many rows: choose fewer "
            f"experiments or levels, or write fewer and shorter conditions."
        )


def table_owner(study: Study, table: PrintedTable, *, protocol: str | None = None) -> Configuration:
    """Give the configuration whose printed table it is, the first of those that are meant."""
    return configurations(
        study, protocol=protocol, experiments=table.experiment, where=table.configuration
    )[0]


def check_published(
    rows: Sequence[Mapping[str, Scalar | None]], experiment: str, found: Sequence[Configuration]
) -> None:
    """Refuse a printed row that could be several configurations of its experiment.

    Args:
        rows: what was printed of the experiment.
        experiment: its name.
        found: its configurations.

    Raises:
        SpecError: naming the columns that its file lacks.
    """
    names = list(found[0].columns) if found else []
    shared = [name for name in names if rows and name in rows[0]]
    counts = Counter(tuple(one.columns[name] for name in shared) for one in found)
    for row in rows:
        if counts[tuple(row[name] for name in shared)] > 1:
            missing = ", ".join(name for name in names if name not in shared)
            raise SpecError(
                f"experiment.{experiment}.published: a row stands for several configurations, "
                f"since the file has no column {missing}."
            )


def _check_overrides(changed: Mapping[str, object], found: Sequence[Configuration]) -> None:
    for name in changed:
        if not any(concerns(name, one.settings, one.columns) for one in found):
            raise SpecError(
                f"--set {name} means nothing for the configurations chosen: it is a column of "
                f"their grid (see --where and --grid), or their models have no use for it."
            )


def _rows(
    experiment: Experiment,
    protocols: Sequence[str],
    grid: Sequence[Mapping[str, Scalar]] | None,
) -> Iterator[Mapping[str, Scalar]]:
    if grid is not None:
        yield from (_checked(experiment, row) for row in grid)
    elif experiment.row:
        for row in experiment.row:
            if not row.protocols or set(protocols) & set(row.protocols):
                yield experiment.check_row(row.values)
    else:
        yield from _expand(experiment)


def _checked(experiment: Experiment, row: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
    try:
        return experiment.check_row(row)
    except ValueError as error:
        raise SpecError(f"In the grid given, {error}") from None


def _expand(experiment: Experiment) -> Iterator[Mapping[str, Scalar]]:
    condition = None if experiment.keep is None else parse_condition(experiment.keep)
    names = list(experiment.grid)
    for levels in itertools.product(*(experiment.grid[name] for name in reversed(names))):
        row = dict(zip(names, reversed(levels), strict=True))
        if condition is None or condition.matches(row):
            yield experiment.check_row(row)


def _filter(found: Sequence[Configuration], where: str) -> list[Configuration]:
    condition = parse_condition(where)
    rows = [one.row for one in found]
    check_columns(condition, {column for row in rows for column in row})
    kept = [one for one, row in zip(found, rows, strict=True) if condition.matches(row)]
    if not kept:
        raise SpecError(
            f"No configuration meets the condition '{quoted(where)}': it leaves nothing to do."
        )
    return kept
