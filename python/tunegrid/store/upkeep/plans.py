"""What a store has planned, held against the study files that asked for it."""

import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence

from ...errors import SpecError, StoreError
from ...plan.configuration import Configuration
from ...plan.plans import expected_spec, spec_of
from ...plan.runs import ENGINES, RunSpec
from ...study.study import Study
from ..planned import planned_configuration
from ..store import Store
from .findings import Finding, Row, digest, short


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
        self._read_definitions()
        settled: dict[tuple[object, ...], list[Configuration]] = {}
        query = """
            SELECT plan.*, spec FROM plan JOIN run ON run.key = plan.run
            WHERE :study IS NULL OR study = :study"""
        for row in self._store.rows(query, {"study": self._study}):
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
        for row in self._store.rows("SELECT * FROM plan WHERE run = :key", {"key": key}):
            for one, (engine, backend), device in itertools.product(
                self._configurations(row), engines, ("cpu", "gpu")
            ):
                how = {"engine": engine, "backend": backend, "device": device}
                yield spec_of(one, seed=row["replicate"], **how).to_json()

    def _read_definitions(self) -> None:
        for row in self._store.rows("SELECT id, definition FROM study"):
            try:
                definition = {**json.loads(row["definition"]), "folder": None}
                study = Study.model_validate(definition)
            except (ValueError, TypeError):
                self._foreign.add(row["id"])
            else:
                self._definitions.setdefault(row["id"], []).append(study)

    def _configurations(self, row: Row) -> Iterator[Configuration]:
        for study in self._definitions.get(row["study"], []):
            try:
                yield planned_configuration(study, row)
            except (SpecError, ValueError, LookupError, TypeError, AttributeError):
                continue

    def _plan(
        self, row: Row, text: str, settled: Sequence[Configuration], plan: tuple[object, ...]
    ) -> Iterator[Finding]:
        """Hold a planned configuration against the spec of its run."""
        asked = " ".join(map(str, plan[:-2]))
        try:
            spec = RunSpec.from_json(text)
        except StoreError:
            return  # of another version: told of by its key
        fitting = [one for one in settled if _asks_for(one, spec)]
        if not fitting and row["study"] in self._foreign:
            said = f"{asked} cannot be checked: another version of tunegrid wrote its study file"
            yield Finding("plans", "note", said)
        elif spec.seed != row["replicate"] or not any(
            one.departures == json.loads(row["departures"]) for one in fitting
        ):
            said = f"{short(row['run'])} is not what {asked} asks for"
            yield Finding("plans", "wrong", said, "remove plan", row=plan)


def _asks_for(configuration: Configuration, spec: RunSpec) -> bool:
    """Say whether a configuration gives a spec, whatever the revision of its architecture."""
    expected = expected_spec(configuration, spec)
    model = dataclasses.replace(expected.model, revision=spec.model.revision)
    return dataclasses.replace(expected, model=model) == spec
