"""One configuration: a row of a grid with every setting resolved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..architectures import ARCHITECTURES
from ..data.datasets import Dataset
from ..errors import SpecError
from ..study.csvfile import Scalar
from ..study.meaning import PARAMETERS, means_something
from ..study.parts import Rule
from ..study.settings import DEFAULTS, OPTIMIZERS
from ..study.study import Study
from .settled import settle


@dataclass(frozen=True)
class Configuration:
    """One row of a grid under one protocol.

    Attributes:
        study, protocol, experiment: where it belongs.
        columns: the row as the study writes it (`layer1`, `kernel`, …, labels).
        settings: everything that is set for it, by name.
        data: the data set that it learns from.
        departures: where a user's overrides changed what the protocol says, by name.
        origins: where each setting comes from, in words.
    """

    study: str
    protocol: str
    experiment: str
    columns: Mapping[str, Scalar]
    settings: Mapping[str, object]
    data: Dataset
    departures: Mapping[str, object] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

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
    layered = _Layered()
    layered.put("tunegrid's default", DEFAULTS)
    layered.put("the study", study.settings)
    layered.put("the experiment", described.settings)
    layered.put("its row", described.row_settings(columns))
    for origin, rules in (
        ("the experiment", described.when), ("the protocol", study.differences(protocol)),
    ):  # fmt: skip
        for rule in rules:
            layered.put(origin, _applies(rule, {**layered.settings, **names}))
    layered.put("the grid's column", own)
    settings = layered.settings
    try:
        before = _settled(study, settings)
        after = _settled(study, _overridden(settings, overrides, columns))
    except SpecError as error:
        raise SpecError(f"experiment.{experiment}: {error}") from None
    departures = {
        name: value for name, value in overrides.items() if after.get(name) != before.get(name)
    }
    if own_grid:
        departures["grid"] = "own"
    data = study.dataset(str(after["dataset"]))
    place = (study.id, protocol, experiment, columns)
    changed = [name for name in after if after[name] != before.get(name)]
    seed = {"split_seed": "tunegrid's default"}
    origins = {**seed, **layered.origins, **dict.fromkeys(changed, "set")}
    return Configuration(*place, after, data, departures, origins)


class _Layered:
    """Settings put over one another, and which layer each was put by."""

    def __init__(self) -> None:
        self.settings: dict[str, object] = {}
        self.origins: dict[str, str] = {}

    def put(self, origin: str, values: Mapping[str, object]) -> None:
        """Let a layer win over those before it."""
        self.settings.update(values)
        self.origins.update(dict.fromkeys(values, origin))


def _applies(rule: Rule, row: Mapping[str, object]) -> Mapping[str, object]:
    condition = rule.condition
    return rule.set if condition is None or condition.matches(row) else {}


def _overridden(
    settings: Mapping[str, object], overrides: Mapping[str, object], own: Collection[str]
) -> dict[str, object]:
    """Put overrides where they mean something, those first that decide what the others mean."""
    after = dict(settings)
    for name in sorted(overrides, key=lambda name: name in PARAMETERS):
        if concerns(name, after, own):
            after[name] = overrides[name]
    return after


def concerns(name: str, settings: Mapping[str, object], own: Collection[str]) -> bool:
    """Say whether an override of a setting has a meaning here.

    Architectures ignore each other's parameters, so do optimizers, and columns are the grid's.
    """
    return name not in own and means_something(name, settings)


def _settled(study: Study, settings: Mapping[str, object]) -> dict[str, object]:
    """Find the data and check what must hold between it and the settings."""
    missing = [name for name in ("dataset", "architecture", "epochs") if name not in settings]
    if missing:
        raise SpecError(f"the setting {missing[0]} is given nowhere; put it under [settings].")
    return settle(settings, study.dataset(str(settings["dataset"])))
