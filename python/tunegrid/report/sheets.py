"""The tables of an exported folder that people, R and reports read: all arithmetic done."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..audit import audit_study
from ..errors import counted
from ..machine.quiet import quiet_backend
from ..results.published import OF_RUNS, published_table, tables_of
from ..study.study import Study
from .captions import beside_caption, table_caption
from .frames import Frames
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


def frames_of(study: Study, experiments: Sequence[str], store: Path) -> list[Frames]:
    """Give what is known of some experiments under each protocol that has runs, the default first.

    What is judged stays known in them: tables and figures are made of the same.
    """
    names = sorted(study.protocols, key=lambda name: name != study.default_protocol)
    found = (Frames(study, protocol=name, experiments=experiments, store=store) for name in names)
    return [one for one in found if not one.runs.empty]


def sheets(study: Study, found: Sequence[Frames]) -> list[Sheet]:
    """Make the tables of what is known of a study.

    Returns:
        `about.csv`, `protocols.csv`, `differences.csv` and `audit.csv`, where there is something
        in them. Then for every protocol that has runs: `results-` (one row a run), `comparison-`
        for each experiment (ours beside the published), `compared-` and `claims-` (verdicts),
        `said-` and `plan-` (what is said of them, and what would decide the rest), `wins-` (who
        would be on top), `effects-` (what one difference does alone), `confusion-` and `images-`
        (which classes are taken for which, and which images are missed), `settings-`, `table-`
        for each other table of the source about them.
    """
    of_protocols = itertools.chain.from_iterable(map(_of_protocol, found))
    return [one for one in itertools.chain(_of_study(study), of_protocols) if len(one.frame)]


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


def _of_protocol(frames: Frames) -> Iterator[Sheet]:
    study, protocol = frames.study, frames.protocol
    how = {"protocol": protocol, "store": frames.store}
    said = f"protocol {protocol}"
    yield Sheet(f"results-{protocol}.csv", frames.runs, f"{study.id}, {said}", na="")
    for name, table in frames.comparisons.items():
        caption = table_caption(study, name, protocol, "full")
        yield Sheet(f"comparison-{protocol}-{name}.csv", table, caption)
    yield Sheet(
        f"compared-{protocol}.csv",
        frames.compared,
        f"{study.id}: every published accuracy and ours, with a verdict, {said}",
    )
    yield Sheet(
        f"said-{protocol}.csv",
        pd.DataFrame({"sentence": frames.compared.attrs["said"]}),
        f"{study.id}: its tables as wholes, in sentences, {said}",
    )
    if frames.claims is not None:
        yield Sheet(
            f"claims-{protocol}.csv",
            frames.claims.assign(sentence=frames.claims.attrs["said"]),
            f"{study.id}: its claims, and which survive, {said}",
        )
        yield Sheet(
            f"plan-{protocol}.csv",
            frames.plan,
            f"{study.id}: what would decide the open claims on the machine of the export, {said}",
        )
    yield from _of_runs(frames)
    yield Sheet(
        f"settings-{protocol}.csv",
        run_settings(study, experiments=frames.experiments, **how),
        f"{study.id}: the settings of its runs, and where each comes from, {said}",
    )
    for table in tables_of(study, frames.experiments, OF_RUNS):
        yield Sheet(
            f"table-{protocol}-{table.name}.csv",
            published_table(study, table.name, **how),
            f"{beside_caption(study, table)}, {said}",
        )


def _of_runs(frames: Frames) -> Iterator[Sheet]:
    """Give what our runs say beside what was published."""
    study, protocol = frames.study, frames.protocol
    if frames.wins is not None:
        yield Sheet(
            f"wins-{protocol}.csv",
            frames.wins,
            f"{study.id}: who would be on top, were it run again with one run of each "
            f"configuration (wins: the share of such studies), protocol {protocol}",
        )
    if frames.effects is not None:
        yield Sheet(
            f"effects-{protocol}.csv",
            _told(frames.effects),
            f"{study.id}: what one change alone does to our accuracy (95 % interval), "
            f"protocol {protocol}",
        )
    if frames.best_matrix is not None:
        name, runs, matrix = frames.best_matrix
        table = pd.DataFrame(matrix, columns=map(str, range(len(matrix))))
        table.insert(0, "class", range(len(table)))
        yield Sheet(
            f"confusion-{protocol}.csv",
            table,
            f"{study.id}: the best configuration by our runs, {name}: test images by true class "
            f"(down) and predicted class (across), mean of {counted(runs, 'run')}, protocol "
            f"{protocol}",
        )
    if frames.misses is not None and frames.misses.attrs["runs"] > 1:
        missed = frames.misses[frames.misses["missed"].gt(0)].round({"share": 4})
        order = {"by": ["missed", "image"], "ascending": [False, True]}
        yield Sheet(
            f"images-{protocol}.csv",
            missed.sort_values(**order, ignore_index=True),
            f"{study.id}: test images that runs get wrong, protocol {protocol}. "
            f"{frames.misses.attrs['said'][0]}",
        )


def _told(effects: pd.DataFrame) -> pd.DataFrame:
    """Put the sentences on single differences beside them."""
    against = pd.array([effects.attrs["against"].get(of) for of in effects["of"]], "str")
    return effects.assign(sentence=effects.attrs["said"], against_published=against)
