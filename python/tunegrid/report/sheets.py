"""The tables of an exported folder that people, R and reports read: all arithmetic done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..audit import audit_study
from ..conclusions.comparison import compare_published
from ..conclusions.seed_planner import plan_seeds
from ..conclusions.verdicts import check_claims
from ..machine.quiet import quiet_backend
from ..results.compare import comparison_table
from ..results.published import OF_RUNS, published_table, tables_of
from ..results.tidy import read_results
from ..study.study import Study
from .captions import beside_caption, table_caption
from .drawings import FIGURES
from .figures import can_draw, draw, file_of
from .run_settings import run_settings
from .study_tables import study_part


@dataclass(frozen=True)
class Sheet:
    """A table with the name of its file, what it is, and how it writes NA."""

    name: str
    frame: pd.DataFrame
    meaning: str
    na: str = "NA"

    def csv(self) -> str:
        """Write it, floats with all their digits."""
        return self.frame.to_csv(index=False, na_rep=self.na)


def sheets(study: Study, experiments: Sequence[str], store: Path) -> list[Sheet]:
    """Make the tables of some of a study's experiments.

    Returns:
        `about.csv`, `protocols.csv`, `differences.csv` and `audit.csv`, where there is something
        in them. Then for every protocol that has runs, the default one first: `results-` (one
        row a run), `comparison-` for each experiment (ours beside the published), `compared-` and
        `claims-` (verdicts), `said-` and `plan-` (what is said of them, and what would decide the
        rest), `settings-`, `table-` for each other table of the source about them.
    """
    found = [one for one in _of_study(study) if len(one.frame)]
    for protocol in sorted(study.protocols, key=lambda name: name != study.default_protocol):
        found += _of_protocol(study, experiments, protocol, store)
    return found


def figures(study: Study, store: Path) -> Iterator[tuple[str, bytes, str]]:
    """Draw the figures of a study, for every protocol that has runs; none without matplotlib.

    Returns:
        The names of their files, `figure-PROTOCOL-KIND.svg`; their content; what each shows: a
        title, and behind a colon what a reader who does not see it must know.
    """
    if not can_draw():
        return
    for protocol in study.protocols:
        if read_results(study, protocol=protocol, store=store).empty:
            continue
        for kind in FIGURES:
            drawn = draw(study, kind, protocol=protocol, store=store)
            if drawn is not None:
                name = f"figure-{protocol}-{kind}.svg"
                yield name, file_of(drawn), f"{drawn.title}: {drawn.alt}"


def _of_study(study: Study) -> Iterator[Sheet]:
    names = ("id", "title", "author", "date", "source", "about")
    about = pd.DataFrame([{name: str(getattr(study, name)) for name in names}])
    about["protocol"] = study.default_protocol
    yield Sheet("about.csv", about, "the study, and its default protocol")
    yield Sheet("protocols.csv", study_part(study, "protocols"), "its protocols")
    yield Sheet(
        "differences.csv",
        study_part(study, "differences"),
        "where each protocol differs from what is stated",
    )
    with quiet_backend():
        audit = audit_study(study)
    yield Sheet("audit.csv", audit, "what cannot be true together in what it published")


def _of_protocol(
    study: Study, experiments: Sequence[str], protocol: str, store: Path
) -> Iterator[Sheet]:
    how = {"protocol": protocol, "store": store}
    runs = read_results(study, experiments=experiments, any=True, **how)
    if runs.empty:
        return
    said = f"protocol {protocol}"
    yield Sheet(f"results-{protocol}.csv", runs, f"{study.id}, {said}", na="")
    for name in experiments:
        yield Sheet(
            f"comparison-{protocol}-{name}.csv",
            comparison_table(study, experiments=name, **how),
            table_caption(study, name, protocol, "full"),
        )
    compared = compare_published(study, experiments=experiments, **how)
    yield Sheet(
        f"compared-{protocol}.csv",
        compared,
        f"{study.id}: every published accuracy and ours, with a verdict, {said}",
    )
    yield Sheet(
        f"said-{protocol}.csv",
        pd.DataFrame({"sentence": compared.attrs["said"]}),
        f"{study.id}: its tables as wholes, in sentences, {said}",
    )
    if study.claims:
        claims = check_claims(study, **how)
        yield Sheet(
            f"claims-{protocol}.csv",
            claims.assign(sentence=claims.attrs["said"]),
            f"{study.id}: its claims, and which survive, {said}",
        )
        yield Sheet(
            f"plan-{protocol}.csv",
            plan_seeds(study, **how),
            f"{study.id}: what would decide the open claims on the machine of the export, {said}",
        )
    yield Sheet(
        f"settings-{protocol}.csv",
        run_settings(study, experiments=experiments, **how),
        f"{study.id}: the settings of its runs, and where each comes from, {said}",
    )
    for table in tables_of(study, experiments, OF_RUNS):
        yield Sheet(
            f"table-{protocol}-{table.name}.csv",
            published_table(study, table.name, **how),
            f"{beside_caption(study, table)}, {said}",
        )
