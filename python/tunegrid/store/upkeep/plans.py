"""What a store has planned, held against the study files that asked for it."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ...errors import SpecError, StoreError, quoted
from ...plan.configuration import Configuration
from ...plan.plans import expected_spec, spec_of
from ...plan.runs import RunSpec, canonical
from ...plan.spec_form import ENGINES
from ..planned import planned_configuration, stored_study
from ..store import Store
from .findings import Finding, Row, digest, short

if TYPE_CHECKING:
    from ...study.study import Study


class Plans:
    """The plans of a store, with the study files as they were when they were written."""

    def __init__(self, store: Store, study: str | None, checked: dict[str, int]) -> None:
        """Look at the plans of one study, or of all for None; count them in `checked`."""
        self._store = store
        self._study = study
        self._checked = checked
        self._definitions: dict[str, list[Study]] = {}
        self._foreign: set[str] = set()

    def findings(self) -> Iterator[Finding]:
        """Yield what is planned and is not what its study file asks for."""
        yield from self._read_definitions()
        settled: dict[tuple[object, ...], list[Configuration]] = {}
        query = """
            SELECT plan.*, spec FROM plan JOIN run ON run.key = plan.run
            WHERE :study IS NULL OR study = :study"""
        for row in self._store.raw_rows(query, {"study": self._study}):
            self._checked["plans"] += 1
            *place, replicate, key, text = row
            if not isinstance(text, str) or digest(text) != key:
                continue  # told of by its key
            place = tuple(place)
            if place not in settled:
                settled[place] = list(self._configurations(row))
            yield from self._plan(row, text, settled[place], (*place, replicate, key))

    def specs(self, key: str) -> Iterator[str]:
        """Make the specs that the plans of a run can have meant."""
        engines = [(engine, backend) for engine, known in ENGINES.items() for backend in known]
        for row in self._store.raw_rows("SELECT * FROM plan WHERE run = :key", {"key": key}):
            for one, (engine, backend), device in itertools.product(
                self._configurations(row), engines, ("cpu", "gpu")
            ):
                how = {"engine": engine, "backend": backend, "device": device}
                yield spec_of(one, seed=row["replicate"], **how).to_json()

    def _read_definitions(self) -> Iterator[Finding]:
        """Read study files; one that was changed counts for nothing."""
        query = (
            "SELECT id, digest, definition, added FROM study WHERE :study IS NULL OR id = :study"
        )
        for row in self._store.raw_rows(query, {"study": self._study}):
            name, known, text, added = row
            if not isinstance(text, str) or digest(text) != known or not isinstance(added, str):
                said = f"the study file of {quoted(name)} is not that of its digest, or of no time"
                yield Finding("plans", "wrong", said, "remove study", row=(name, known))
                continue
            try:
                study = stored_study(text)
            except SpecError:
                self._foreign.add(name)
                continue
            if study.id != name:
                said = f"the study file of {quoted(name)} is that of {quoted(study.id)}"
                yield Finding("plans", "wrong", said, "remove study", row=(name, known))
                continue
            self._definitions.setdefault(name, []).append(study)

    def _configurations(self, row: Row) -> Iterator[Configuration]:
        for study in self._definitions.get(row["study"], []):
            with suppress(SpecError, ValueError, LookupError, TypeError, AttributeError):
                yield planned_configuration(study, row)

    def _plan(
        self, row: Row, text: str, settled: Sequence[Configuration], plan: tuple[object, ...]
    ) -> Iterator[Finding]:
        """Hold a planned configuration against the spec of its run."""
        asked = quoted(" ".join(map(str, plan[:-2])))
        try:
            spec = RunSpec.from_json(text)
        except StoreError:
            return  # of another version: told of by its key
        fitting = [one for one in settled if _asks_for(one, spec)]
        if not fitting and row["study"] in self._foreign:
            said = f"{asked} cannot be checked: another version of tunegrid wrote its study file"
            yield Finding("plans", "note", said)
        elif spec.seed != row["replicate"] or not any(_is_written(one, row) for one in fitting):
            said = f"{short(row['run'])} is not what {asked} asks for"
            yield Finding("plans", "wrong", said, "remove plan", row=plan)


def _is_written(configuration: Configuration, row: Row) -> bool:
    """Say whether a row has a configuration to the letter: in two spellings it would be two."""
    texts = canonical(configuration.columns), canonical(configuration.departures)
    return texts == (row["configuration"], row["departures"])


def _asks_for(configuration: Configuration, spec: RunSpec) -> bool:
    """Say whether a configuration gives a spec, whatever the revision of its architecture."""
    expected = expected_spec(configuration, spec)
    model = dataclasses.replace(expected.model, revision=spec.model.revision)
    return dataclasses.replace(expected, model=model) == spec
