"""A published study as data: its settings, protocols, experiments and printed numbers.

A study is a folder with a `study.toml` and its published tables as CSV files. Everything is
checked when it is read; what is wrong is reported by its key path.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from ..data.datasets import DATASETS, Dataset
from ..errors import DataError, SpecError, mistaken, quoted
from ..machine.files import is_file, is_folder
from .claims import Claim
from .conditions import parse_condition
from .csvfile import Scalar
from .experiment import Experiment
from .own_dataset import OwnDataset, read_files
from .parts import Assumption, DataSource, Name, Part, Protocol, Rule, known_columns, split_names
from .reading import check_values, read_study_file
from .settings import NAMES, Settings, explain
from .stated import Stated
from .statistics import Statistics
from .tables import PrintedTable
from .transcripts import printed_rows, published_rows

STUDIES = Path(__file__).parent / "shipped"


class Study(Part):
    """A study as its study.toml describes it. See `load_study`.

    `folder`: where its file is, with its printed tables beside; None of one that has no file, as
    a grid of one's own or what a store keeps.
    """

    schema_version: Literal[1] = Field(alias="schema")
    id: Name
    title: str
    author: str
    date: dt.date | str  # what the source says, also "undated"
    source: str
    about: str
    settings: Settings
    protocols: dict[Name, Protocol] = Field(alias="protocol", min_length=1)
    experiments: dict[Name, Experiment] = Field(alias="experiment", min_length=1)
    assumed: tuple[Assumption, ...] = ()
    tables: tuple[PrintedTable, ...] = Field(default=(), alias="table")
    claims: tuple[Claim, ...] = Field(default=(), alias="claim")
    stated: tuple[Stated, ...] = ()
    statistics: Statistics = Field(default_factory=Statistics)
    data: DataSource | None = None
    datasets: dict[str, OwnDataset] = Field(default_factory=dict)
    folder: Path | None = Field(default=None, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _check_values(cls, content: object) -> object:
        check_values(content)
        return content

    @model_validator(mode="after")
    def _check(self) -> "Study":
        if sum(protocol.default for protocol in self.protocols.values()) > 1:
            raise ValueError("protocol: only one can be the default.")
        for name, protocol in self.protocols.items():
            if protocol.like is not None and protocol.like not in self.protocols:
                raise ValueError(f"protocol.{name}.like: there is no {protocol.like}.")
            if name in self.lineage(name)[1:] or len(self.lineage(name)) > len(self.protocols):
                raise ValueError(f"protocol.{name}.like: it leads back to {name}.")
        for position, entry in enumerate(self.assumed):
            for kind, given, known in (
                ("key", [entry.key], NAMES),
                ("protocols", entry.protocols, self.protocols),
                ("experiments", entry.experiments, self.experiments),
            ):
                unknown = [name for name in given if name not in known]
                if unknown:
                    raise ValueError(f"assumed.{position}.{kind}: there is no {unknown[0]}.")
        return self

    @model_validator(mode="after")
    def _check_conditions(self) -> "Study":
        """Refuse conditions on names that no row has: they would never hold, silently."""
        everywhere = {*NAMES, "experiment", "protocol", "conv_layers"}
        labels = {label for one in self.experiments.values() for label in one.labels}
        rules = [
            (f"protocol.{name}.difference.{position}", rule, everywhere | labels)
            for name, protocol in self.protocols.items()
            for position, rule in enumerate(protocol.difference)
        ] + [
            (f"experiment.{name}.when.{position}", rule, everywhere | set(experiment.labels))
            for name, experiment in self.experiments.items()
            for position, rule in enumerate(experiment.when)
        ]
        for path, rule, known in rules:
            if rule.condition is not None:
                known_columns(rule.condition, known, f"{path}.where")
        for path, text in self._statements():
            known_columns(parse_condition(text), everywhere | labels, path)
        for position, claim in enumerate(self.claims):
            if getattr(claim, "by", None) not in {None} | everywhere | labels:
                raise ValueError(f"claim.{position} ({claim.id}).by: there is no {claim.by}.")
        return self

    def _statements(self) -> Iterator[tuple[str, str]]:
        """Give the conditions on configurations of any experiment, with their paths."""
        for position, entry in enumerate(self.assumed):
            if entry.where is not None:
                yield f"assumed.{position}.where", entry.where
        for position, entry in enumerate(self.stated):
            for text in entry.conditions:
                yield f"stated.{position}", text
        for position, table in enumerate(self.tables):
            for name in ("configuration", "among"):
                if getattr(table, name) is not None:
                    yield f"table.{position}.{name}", getattr(table, name)
        for position, claim in enumerate(self.claims):
            for text in claim.groups:
                yield f"claim.{position} ({claim.id})", text

    @model_validator(mode="after")
    def _check_names(self) -> "Study":
        """Refuse tables of experiments that are not there, and names that come twice."""
        for position, table in enumerate(self.tables):
            if table.experiment is not None and table.experiment not in self.experiments:
                raise ValueError(f"table.{position}.experiment: there is no {table.experiment}.")
            for name in filter(None, (table.rows, table.columns)):
                if name not in self.experiments[table.experiment].column_names:
                    raise ValueError(f"table.{position}: {table.experiment} has no column {name}.")
        for position, entry in enumerate(self.stated):
            for kind, known in (
                ("experiment", self.experiments),
                ("table", [table.name for table in self.tables]),
            ):
                if getattr(entry, kind, None) not in (None, *known):
                    raise ValueError(
                        f"stated.{position}.{kind}: there is no {getattr(entry, kind)}."
                    )
        for kind, names in (
            ("table", [table.name for table in self.tables]),
            ("claim", [claim.id for claim in self.claims]),
        ):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{kind}: the name {twice[0]} is given twice.")
        return self

    @model_validator(mode="after")
    def _check_datasets(self) -> "Study":
        """Refuse data sets that are not there, wherever a setting names one."""
        parts: list[tuple[str, Mapping[str, object]]] = [("settings", self.settings)]
        for name, protocol in self.protocols.items():
            path = f"protocol.{name}.difference"
            parts += [(f"{path}.{n}.set", rule.set) for n, rule in enumerate(protocol.difference)]
        for name, one in self.experiments.items():
            path = f"experiment.{name}"
            parts.append((f"{path}.settings", one.settings))
            parts += [(f"{path}.when.{n}.set", rule.set) for n, rule in enumerate(one.when)]
            parts += [(f"{path}.row.{n}.set", row.set) for n, row in enumerate(one.row)]
            if "dataset" not in one.labels:
                parts += [(f"{path}.grid", {"dataset": v}) for v in one.grid.get("dataset", ())]
                parts += [(f"{path}.row.{n}.values", row.values) for n, row in enumerate(one.row)]
        if self.data is not None:
            parts += [("data", {"dataset": one}) for one in (self.data.dataset, self.data.ours)]
        for path, settings in parts:
            if "dataset" in settings:
                try:
                    self.dataset(str(settings["dataset"]))
                except SpecError as error:
                    raise ValueError(f"{path}.dataset: {error}") from None
        return self

    def dataset(self, name: str) -> Dataset:
        """Give a data set by its name: one that ships, or the study's own.

        Raises:
            SpecError: listing them, for any other.
        """
        if name in self.datasets:
            return self.datasets[name].named(name)
        if name in DATASETS:
            return DATASETS[name]
        known = ", ".join([*self.datasets, *DATASETS])
        raise SpecError(
            f"There is no data set '{quoted(name)}': choose from {known}, or give data of your own."
        )

    def other_images(self, dataset: str) -> str:
        """Say of a data set when the published numbers are of another one; nothing else.

        >>> load_study("kh2021").other_images("fashion_mnist")
        "The published numbers are of Kaggle's Fashion-MNIST, ours of Fashion-MNIST."
        """
        if self.data is None or dataset != self.data.ours or dataset == self.data.dataset:
            return ""
        theirs, ours = (self.dataset(one).title for one in (self.data.dataset, dataset))
        return f"The published numbers are of {theirs}, ours of {ours}."

    def lineage(self, protocol: str) -> list[str]:
        """Give a protocol's name, and those of the protocols that it is like, nearest first."""
        names = [protocol]
        while (like := self.protocols[names[-1]].like) is not None and like in self.protocols:
            if like in names:
                return [*names, like]
            names.append(like)
        return names

    def differences(self, protocol: str) -> list[Rule]:
        """Give where a protocol differs from the settings, what it is like first."""
        names = reversed(self.lineage(protocol))
        return [rule for name in names for rule in self.protocols[name].difference]

    @property
    def default_protocol(self) -> str:
        """The protocol that is meant when none is named."""
        marked = [name for name, protocol in self.protocols.items() if protocol.default]
        return (marked or list(self.protocols))[0]

    def pick_protocol(self, name: str | None) -> str:
        """Return the name, or the default for None.

        Raises:
            SpecError: listing the protocols, for any other name.
        """
        chosen = name or self.default_protocol
        _one_of(chosen, self.protocols, f"protocol of {self.id}")
        return chosen

    def pick_experiments(self, names: str | Sequence[str] | None) -> list[str]:
        """Return the named experiments in the study's order, all for None.

        Args:
            names: one or more names; one text may hold several with commas.

        Raises:
            SpecError: listing the experiments, for an unknown one.
        """
        if names is None:
            return list(self.experiments)
        wanted = split_names(names)
        if not wanted:
            raise SpecError(f"No experiment is named: choose from {', '.join(self.experiments)}.")
        for name in wanted:
            _one_of(name, self.experiments, f"experiment of {self.id}")
        return [name for name in self.experiments if name in wanted]

    def pick_table(self, name: str) -> PrintedTable:
        """Return one of the source's other tables by its name.

        Raises:
            SpecError: listing the tables, for an unknown one.
        """
        found = {table.name: table for table in self.tables}
        if not isinstance(name, str) or name not in found:
            known = ", ".join(found) or "none"
            raise SpecError(
                f"There is no table of {self.id} called '{quoted(name)}': there is {known}."
            )
        return found[name]

    def published(self, experiment: str) -> list[dict[str, Scalar | None]]:
        """Give an experiment's printed rows, in the source's order: see `published_rows`."""
        return published_rows(self.folder, experiment, self.experiments[experiment])

    def printed(self, table: PrintedTable) -> list[dict[str, Scalar | None]]:
        """Give the rows of a table of the source, in its order: see `printed_rows`."""
        return printed_rows(self.folder, table)


def studies() -> list[Study]:
    """List the studies that ship with tunegrid, by id."""
    return [load_study(folder.name) for folder in sorted(STUDIES.iterdir()) if folder.is_dir()]


def load_study(study: "str | Path | Study") -> Study:
    """Load a study by the id of a shipped one, or by the path of a study.toml or its folder.

    Raises:
        SpecError: for an unknown id, or with the key path of what is wrong in the file.
    """
    if isinstance(study, Study):
        return study
    if not isinstance(study, (str, Path)) or "\0" in str(study):
        wanted = "the id of a study, the path of a study.toml, or a Study"
        raise mistaken("study", wanted, study)
    shipped = STUDIES / str(study) / "study.toml"
    given = Path(study)
    if is_file(shipped):
        return _read_study(shipped)
    if is_folder(given):
        return _read_study(given / "study.toml")
    if given.suffix == ".toml":
        return _read_study(given, links=True)
    known = ", ".join(sorted(folder.name for folder in STUDIES.iterdir() if folder.is_dir()))
    raise SpecError(
        f"There is no study '{quoted(study)}': give one of {known}, or the path of a study.toml."
    )


def _read_study(file: Path, *, links: bool = False) -> Study:
    content = read_study_file(file, links=links)
    if "datasets" in content:
        raise SpecError(
            f"{file}: datasets is not a known key: name a file, as dataset = {{ file = "
            f'"letters.npz", sha256 = "..." }}.'
        )
    try:
        content = read_files(content, file.parent)
        study = Study.model_validate({**content, "folder": file.parent})
        for name in study.experiments:
            study.published(name)
        for table in study.tables:
            study.printed(table)
    except ValidationError as error:
        raise SpecError(f"{file}: {explain(error)}") from None
    except (SpecError, DataError) as error:
        raise SpecError(f"{file}: {error}") from None
    return study


def _one_of(name: str, known: Mapping[str, object], what: str) -> None:
    if name not in known:
        raise SpecError(
            f"There is no {what} called '{quoted(name)}': choose from {', '.join(known)}."
        )
