"""From a stored row to a tidy one: settled by the study file as it is now, or left out aloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import SpecError
from ..plan.configuration import Configuration, resolve
from ..plan.grid import configurations
from ..plan.plans import expected_spec
from ..plan.runs import RunSpec, canonical
from ..store.planned import planned_configuration
from ..study.settings import PRESETS
from .measures import COPIED, REPORTED
from .selection import Selection


@dataclass(frozen=True)
class Place:
    """What all stored replicates of a configuration, with its departures, have in common.

    Attributes:
        name: which it is, however a plan writes its columns and its departures.
        row: the columns that they share in the tidy table.
        order: their place in it: as the study orders its configurations, others by value.
        is_asked: whether the configuration meets the reader's condition.
        left_out: the departures for which its runs are not taken; None when they are.
        specs: the runs that the study file asks for now, by engine, backend and device.
    """

    configuration: Configuration
    name: str
    row: Mapping[str, object]
    order: tuple
    is_asked: bool
    left_out: str | None
    specs: dict[tuple[str, str, str], RunSpec] = field(default_factory=dict)

    def key(self, spec: RunSpec) -> str:
        """Give the key that the study file gives now to the run with a spec's seed and engine."""
        how = (spec.engine, spec.backend, spec.device)
        if how not in self.specs:
            self.specs[how] = expected_spec(self.configuration, spec)
        return self.specs[how].replicate(spec.seed).key


class Reader:
    """Turns stored rows into tidy ones, and counts what it leaves out."""

    def __init__(self, chosen: Selection) -> None:
        self._chosen = chosen
        self._places: dict[tuple[str, str, str], Place | None] = {}
        self._order = {
            (one.experiment, canonical(one.columns)): position
            for position, one in enumerate(
                configurations(
                    chosen.study, protocol=chosen.protocol, experiments=chosen.experiments
                )
            )
        }
        self._seen: set[tuple[str, str]] = set()
        self._stale = 0
        self._left_out: dict[str, int] = {}

    def read(self, stored: Mapping[str, object]) -> dict[str, object] | None:
        """Give the tidy row, or None when the run is not meant."""
        chosen = self._chosen
        if stored["experiment"] not in chosen.experiments:
            return None
        if chosen.keys is not None and stored["key"] not in chosen.keys:
            return None
        place = self._place(stored)
        if place is not None and not place.is_asked:
            return None
        spec = RunSpec.from_json(stored["spec"])
        if place is None or place.key(spec) != stored["key"]:
            self._stale += 1
            return None
        if place.left_out is not None:
            self._left_out[place.left_out] = self._left_out.get(place.left_out, 0) + 1
            return None
        if (place.name, spec.key) in self._seen:
            return None  # a plan can name one run twice, in two spellings: it was trained once
        self._seen.add((place.name, spec.key))
        return _tidy(place, spec, stored)

    def left_out(self) -> list[str]:
        """Say in sentences what was not taken."""
        said = [
            f"{count} {_runs(count)} {'departs' if count == 1 else 'depart'} from the protocol "
            f"({departures}) and {'is' if count == 1 else 'are'} left out: see them with --any"
            f"{' or --preset quick' if departures == _QUICK else ''}."
            for departures, count in self._left_out.items()
        ]
        if self._stale:
            said.append(
                f"{self._stale} {_runs(self._stale)} of an earlier version of the study file "
                f"left out."
            )
        return said

    def _place(self, stored: Mapping[str, object]) -> Place | None:
        """Settle a stored configuration by the study file as it is now; None if that fails."""
        place = (stored["experiment"], stored["configuration"], stored["departures"])
        if place not in self._places:
            try:
                configuration = planned_configuration(self._chosen.study, stored)
            except SpecError:
                self._places[place] = None
            else:
                self._places[place] = self._settled(configuration)
        return self._places[place]

    def _settled(self, one: Configuration) -> Place:
        where, said = self._chosen.where, say(one.departures)
        is_taken = self._chosen.any or one.departures == self._preset_departures(one)
        names = {"study": one.study, "protocol": one.protocol, "experiment": one.experiment}
        known = self._order.get((one.experiment, canonical(one.columns)))
        by_value = [(isinstance(value, str), value) for value in one.columns.values()]
        return Place(
            configuration=one,
            name=canonical([one.experiment, one.columns, said]),
            row={**names, **one.columns, "departures": said},
            order=(known is None, known or 0, one.experiment, by_value, said),
            is_asked=where is None or where.matches(one.row),
            left_out=None if is_taken else said,
        )

    def _preset_departures(self, configuration: Configuration) -> Mapping[str, object]:
        """Say how a run of the preset departs here: not at all in what the protocol has anyway."""
        preset = PRESETS[self._chosen.preset]
        if not preset:
            return {}
        place = (configuration.experiment, configuration.columns, preset)
        return resolve(self._chosen.study, self._chosen.protocol, *place).departures


def _tidy(place: Place, spec: RunSpec, stored: Mapping[str, object]) -> dict[str, object]:
    settings = place.configuration.settings
    reported = REPORTED[settings["reported_epoch"]]
    return {
        "_place": place,
        **place.row,
        **{name: stored[name] for name in COPIED},
        "epochs": spec.epochs,
        "loss": stored[reported["loss", settings["reported_loss"]]],
        "accuracy": stored[reported["accuracy", settings["reported_accuracy"]]],
        "engine": spec.engine,
        "backend": spec.backend,
        "device": spec.device,
    }


def say(departures: Mapping[str, object]) -> str:
    """Say how a run departs from its protocol; nothing when it does not."""
    return ", ".join(f"{name} = {value}" for name, value in sorted(departures.items()))


_QUICK = say(PRESETS["quick"])


def _runs(count: int) -> str:
    return "run" if count == 1 else "runs"
