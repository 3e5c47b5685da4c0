"""From a study's grid rules to configurations, in a stable order, with every setting resolved."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..architectures import ARCHITECTURES
from ..data.datasets import SHAPES
from ..errors import SpecError
from ..study.conditions import check_columns, parse_condition
from ..study.csvfile import Scalar
from ..study.experiment import Experiment
from ..study.parts import Rule
from ..study.settings import DEFAULTS, OPTIMIZERS, check_settings
from ..study.study import Study
from ..study.tables import PrintedTable

_PARAMETERS = frozenset(
    name
    for group in (*(known.parameters for known in ARCHITECTURES.values()), *OPTIMIZERS.values())
    for name in group
)


@dataclass(frozen=True)
class Configuration:
    """One row of a grid under one protocol.

    Attributes:
        study, protocol, experiment: where it belongs.
        columns: the row as the study writes it (`layer1`, `kernel`, …, labels).
        settings: everything that is set for it, by name.
        departures: where a user's overrides changed what the protocol says, by name.
    """

    study: str
    protocol: str
    experiment: str
    columns: Mapping[str, Scalar]
    settings: Mapping[str, object]
    departures: Mapping[str, object] = field(default_factory=dict)

    def setting(self, name: str) -> object:
        """Give what a setting is, its architecture's and optimizer's defaults included."""
        architecture = ARCHITECTURES[str(self.settings["architecture"])]
        defaults = {**architecture.defaults, **OPTIMIZERS[str(self.settings["optimizer"])]}
        return self.settings.get(name, defaults.get(name))

    @property
    def row(self) -> dict[str, object]:
        """What conditions can name: columns, settings, experiment and conv_layers."""
        layers = [name for name in ("layer1", "layer2", "layer3") if name in self.settings]
        own = {"experiment": self.experiment, "protocol": self.protocol}
        return {**self.settings, **self.columns, **own, "conv_layers": len(layers)}


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
    found = [
        resolve(study, chosen, name, columns, changed, own_grid=grid is not None)
        for name in names
        for columns in _rows(study.experiments[name], chosen, grid)
    ]
    _check_overrides(study, changed, found)
    return found if where is None else _filter(found, where)


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


def resolve(
    study: Study,
    protocol: str,
    experiment: str,
    columns: Mapping[str, Scalar],
    overrides: Mapping[str, object],
    *,
    own_grid: bool = False,
) -> Configuration:
    """Settle every setting of one configuration.

    Later layers win: defaults, the study, the experiment, its row, its rules, the protocol's
    differences, the configuration's own columns. Overrides come last, but leave the columns of a
    grid alone: a row must be what it says.
    """
    described = study.experiments[experiment]
    own = {name: value for name, value in columns.items() if name not in described.labels}
    names = {**columns, "experiment": experiment, "protocol": protocol}
    settings: dict[str, object] = {
        **DEFAULTS,
        **study.settings,
        **described.settings,
        **described.row_settings(columns),
    }
    for rule in (*described.when, *study.protocols[protocol].difference):
        settings |= _applies(rule, {**settings, **names})
    settings |= own
    try:
        before, after = _settled(settings), _settled(_overridden(settings, overrides, own))
    except SpecError as error:
        raise SpecError(f"experiment.{experiment}: {error}") from None
    departures = {
        name: value for name, value in overrides.items() if after.get(name) != before.get(name)
    }
    if own_grid:
        departures["grid"] = "own"
    return Configuration(study.id, protocol, experiment, columns, after, departures)


def _applies(rule: Rule, row: Mapping[str, object]) -> Mapping[str, object]:
    condition = rule.condition
    return rule.set if condition is None or condition.matches(row) else {}


def _overridden(
    settings: Mapping[str, object], overrides: Mapping[str, object], own: Collection[str]
) -> dict[str, object]:
    """Put overrides where they mean something, those first that decide what the others mean."""
    after = dict(settings)
    for name in sorted(overrides, key=lambda name: name in _PARAMETERS):
        if _concerns(name, after, own):
            after[name] = overrides[name]
    return after


def _concerns(name: str, settings: Mapping[str, object], own: Collection[str]) -> bool:
    """Say whether an override of a setting has a meaning here.

    Architectures ignore each other's parameters, so do optimizers, and columns are the grid's.
    """
    architecture = ARCHITECTURES.get(str(settings.get("architecture")))
    known = set(architecture.parameters if architecture else ()) | set(
        OPTIMIZERS[settings["optimizer"]]
    )
    return name not in own and (name not in _PARAMETERS or name in known)


def _settled(settings: Mapping[str, object]) -> dict[str, object]:
    """Check what must hold between settings; a train_size of all the images is the same as none."""
    missing = [name for name in ("dataset", "architecture", "epochs") if name not in settings]
    if missing:
        raise SpecError(f"the setting {missing[0]} is given nowhere; put it under [settings].")
    held_out = settings["validation_size"]
    if (settings["validation"] != "test") != (held_out > 0):
        raise SpecError("validation_size belongs to validation = 'first' or 'last' only.")
    there = SHAPES["x_train"][0] - held_out
    size = settings.get("train_size", there)
    if not 1 <= size <= there:
        raise SpecError(
            f"train_size = {size} is more than the {max(there, 0)} training images that are left "
            f"after validation_size = {held_out}."
        )
    ARCHITECTURES[settings["architecture"]].resolve(settings)
    return {name: v for name, v in settings.items() if name != "train_size" or v < there}


def _check_overrides(
    study: Study, changed: Mapping[str, object], found: Sequence[Configuration]
) -> None:
    for name in changed:
        labels = {one.experiment: study.experiments[one.experiment].labels for one in found}
        if not any(
            _concerns(name, one.settings, set(one.columns) - set(labels[one.experiment]))
            for one in found
        ):
            raise SpecError(
                f"--set {name} means nothing for the configurations chosen: it is a column of "
                f"their grid (see --where and --grid), or their models have no use for it."
            )


def _rows(
    experiment: Experiment, protocol: str, grid: Sequence[Mapping[str, Scalar]] | None
) -> Iterator[Mapping[str, Scalar]]:
    if grid is not None:
        yield from (_checked(experiment, row) for row in grid)
    elif experiment.row:
        for row in experiment.row:
            if not row.protocols or protocol in row.protocols:
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
        raise SpecError(f"No configuration meets the condition '{where}': it leaves nothing to do.")
    return kept
