"""A study laid out for its audit: every printed score beside its configuration."""

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..architectures import model_of, parameter_counts
from ..errors import SpecError, quoted
from ..plan.configuration import Configuration
from ..plan.grid import check_published, configurations, table_owner
from ..plan.plans import spec_of
from ..plan.runs import canonical
from ..results.layers import layers_beside
from ..study.conditions import parse_condition
from ..study.csvfile import Scalar
from ..study.settings import NAMES
from ..study.stated import Stated
from ..study.study import Study
from ..study.tables import SCORES, PrintedTable

#: Settings that are one choice.
OPTIMIZER = frozenset({"optimizer", "learning_rate", "momentum"})

#: Settings that say which scores a study's columns hold.
REPORTED = frozenset(name for name in NAMES if name.startswith("reported_"))


@dataclass(frozen=True)
class Cell:
    """A configuration with what the source prints of it.

    Attributes:
        experiment: its name.
        place: where in the source, for people.
        columns: the configuration as the table prints it.
        scores: the printed numbers, by the names of `SCORES`; without those that are NA.
        printed: every other column of the table.
        under: the configuration under each protocol that has it.
    """

    experiment: str
    place: str
    columns: Mapping[str, Scalar]
    scores: Mapping[str, float]
    printed: Mapping[str, Scalar | None]
    under: Mapping[str, Configuration]

    @property
    def label(self) -> str:
        """Name the configuration."""
        return ", ".join(f"{name} = {value}" for name, value in self.columns.items())


class Evidence:
    """A study's printed numbers by configuration, and what can be asked of them."""

    def __init__(self, study: Study) -> None:
        """Lay out a study from `load_study`."""
        self.study = study
        first = study.default_protocol
        others = (
            name for name, one in study.protocols.items() if name != first and one.like is None
        )
        self.protocols = [first, *others]  # what is like another is no protocol of the source's
        self._grids = {
            protocol: {
                name: configurations(study, protocol=protocol, experiments=name)
                for name in study.experiments
            }
            for protocol in self.protocols
        }
        #: Printed rows that are no configuration of their experiment: experiment, row.
        self.strangers: list[tuple[str, Mapping[str, Scalar | None]]] = []
        self.cells = list(self._cells())
        self._parameters: dict[str, dict[str, int]] = {}
        self._check_groups()

    @property
    def planned(self) -> list[Configuration]:
        """The configurations of the default protocol, of all experiments."""
        return [one for grid in self._grids[self.protocols[0]].values() for one in grid]

    def _cells(self) -> Iterator[Cell]:
        for name, experiment in self.study.experiments.items():
            rows = self.study.published(name)
            shared = [key for key in experiment.column_names if rows and key in rows[0]]
            places = {}  # a grid can have as many rows as a table: no row is sought through it
            for protocol in self.protocols:
                grid = self._grids[protocol][name]
                check_published(rows, name, grid)
                places[protocol] = {tuple(one.columns[key] for key in shared): one for one in grid}
            for row in rows:
                asked = tuple(row[key] for key in shared)
                under = {
                    protocol: grid[asked] for protocol, grid in places.items() if asked in grid
                }
                if not under:
                    self.strangers.append((name, row))
                    continue
                columns = dict(next(iter(under.values())).columns)
                scores = {key: row[key] for key in SCORES if row.get(key) is not None}
                rest = {key: row[key] for key in row if key not in {*SCORES, *columns}}
                yield Cell(name, experiment.title, columns, scores, rest, under)

    def _check_groups(self) -> None:
        """Refuse conditions that no configuration meets: what they are for would go unasked."""
        everything = [
            one.row for grids in self._grids.values() for grid in grids.values() for one in grid
        ]
        asked = [
            (f"claim {claim.id}", text) for claim in self.study.claims for text in claim.groups
        ]
        asked += [
            (f"stated.{position} ({entry.source})", text)
            for position, entry in enumerate(self.study.stated)
            for text in entry.conditions
        ]
        for what, text in asked:
            condition = parse_condition(text)
            if not any(condition.matches(row) for row in everything):
                raise SpecError(
                    f"{what}: no configuration of {self.study.id} meets '{quoted(text)}'."
                )

    def pick(self, where: str | None) -> list[Cell]:
        """Give the cells of the default protocol that meet a condition; all of them for None."""
        there = [cell for cell in self.cells if self.protocols[0] in cell.under]
        if where is None:
            return there
        condition = parse_condition(where)
        return [cell for cell in there if condition.matches(self.default(cell).row)]

    def meets(self, one: Configuration, where: str) -> bool:
        """Say whether a configuration meets a condition."""
        return parse_condition(where).matches(one.row)

    def default(self, cell: Cell) -> Configuration:
        """Give a cell's configuration under the default protocol."""
        return cell.under[self.protocols[0]]

    def is_on_test(self, cell: Cell) -> bool:
        """Say whether a cell's accuracy is one on the test images."""
        settings = self.default(cell).settings
        return "test" in (settings["validation"], settings["reported_accuracy"])

    def stated(self, kind: str) -> Iterator[Stated]:
        """Give the study's `[[stated]]` entries of a kind."""
        return (entry for entry in self.study.stated if entry.kind == kind)

    def conflicts(
        self,
        where: str | None,
        stated: object,
        follows: Callable[[Configuration], object],
        same: Callable[[object, object], bool] = operator.eq,
    ) -> list[tuple[object, list[Cell]]]:
        """Give what follows for cells where under no protocol it is what is stated.

        Returns:
            Each value that follows under the default protocol, with its cells.
        """
        found: dict[object, list[Cell]] = {}
        for cell in self.pick(where):
            if not any(same(stated, follows(one)) for one in cell.under.values()):
                found.setdefault(follows(self.default(cell)), []).append(cell)
        return list(found.items())

    def pairs_alike(self) -> Iterator[tuple[str, Cell, Cell]]:
        """Give pairs of cells that are one configuration, with the first protocol that says so."""
        for first, second in itertools.combinations(self.cells, 2):
            if first.experiment == second.experiment:
                continue  # rows that only a label tells apart are replicates
            for protocol in self.protocols:
                one, other = first.under.get(protocol), second.under.get(protocol)
                if one and other and same_run(one, other) and not self._by_assumption(one, other):
                    yield protocol, first, second
                    break

    def _by_assumption(self, one: Configuration, other: Configuration) -> bool:
        """Say whether it is we who made them alike: a value is assumed for one of them only."""
        return any(self.is_assumed(key, one) != self.is_assumed(key, other) for key in one.settings)

    def tables(self, kind: str) -> list[PrintedTable]:
        """Give the source's other tables of a kind."""
        return [table for table in self.study.tables if table.kind == kind]

    def owner(self, table: PrintedTable) -> Configuration:
        """Give the configuration whose table it is, under the default protocol."""
        return table_owner(self.study, table)

    @functools.cached_property
    def layers(self) -> list[tuple[PrintedTable, list[dict[str, object]]]]:
        """The layer tables, each with its rows beside our layers: building these takes long."""
        return [
            (table, layers_beside(self.study, table).to_dict("records"))
            for table in self.tables("layers")
        ]

    def parameters(self, one: Configuration) -> dict[str, int]:
        """Count the parameters of a configuration's model, which is built once."""
        described = canonical(one.settings)
        if described not in self._parameters:
            model = model_of(one.settings, one.data.input_shape, one.data.classes)
            self._parameters[described] = parameter_counts(model)
        return self._parameters[described]

    def cell_of(self, table: PrintedTable) -> Cell | None:
        """Give what else is printed of the configuration whose table it is."""
        owner = self.owner(table)
        return next((cell for cell in self.pick(None) if self.default(cell) == owner), None)

    def is_assumed(self, key: str, one: Configuration) -> bool:
        """Say whether a setting is our assumption for a configuration, and no word of the source.

        An optimizer and its settings go together: who assumes one assumes them all.
        """
        names = OPTIMIZER if key in OPTIMIZER else {key}
        return any(
            entry.key in names
            and (not entry.protocols or one.protocol in entry.protocols)
            and (not entry.experiments or one.experiment in entry.experiments)
            and (entry.where is None or self.meets(one, entry.where))
            for entry in self.study.assumed
        )


def same_run(one: Configuration, other: Configuration) -> bool:
    """Say whether two configurations are trained alike and reported alike."""
    how = {"seed": 1, "engine": "", "backend": "", "device": ""}
    return spec_of(one, **how).key == spec_of(other, **how).key and all(
        one.settings[name] == other.settings[name] for name in REPORTED
    )


def places(cells: Sequence[Cell]) -> str:
    """List where cells stand, each place once."""
    return "; ".join(dict.fromkeys(cell.place for cell in cells))
