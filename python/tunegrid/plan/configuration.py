"""One configuration: a row of a grid with every setting resolved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..architectures import ARCHITECTURES
from ..data.datasets import SHAPES
from ..errors import SpecError
from ..study.csvfile import Scalar
from ..study.parts import Rule
from ..study.settings import DEFAULTS, OPTIMIZERS
from ..study.study import Study

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
        if concerns(name, after, own):
            after[name] = overrides[name]
    return after


def concerns(name: str, settings: Mapping[str, object], own: Collection[str]) -> bool:
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
