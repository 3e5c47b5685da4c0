"""Ours beside the published, cell by cell, with a verdict and why."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import SpecError, quoted
from ..knitr.notebook import in_notebook
from ..plan.configuration import Configuration
from ..plan.grid import configurations
from ..study.statistics import Statistics
from ..study.study import Study
from .arithmetic.cells import compare_cells, compare_tables
from .fixed import first_comparison
from .inputs import Inputs, read_inputs, with_columns
from .verdicts import hidden

#: How a run is scored: as the study reports it, after the last epoch, after the best epoch on the
#: test images, or after the best one on held-out images.
SCORES = ("reported", "last", "best", "held-out")

#: The columns that are printed for people, with those of the configurations.
_SHOWN = (
    "experiment", "published", "n", "mean", "sd", "difference", "low", "high", "verdict", "setting",
)  # fmt: skip

_NUMBERS = (
    "published", "mean", "sd", "df", "difference", "low", "high", "difference_beyond", "p_value",
    "p_holm", "images_low", "images_high",
)  # fmt: skip


def compare_published(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    score: str = "reported",
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Hold every published accuracy against our runs of the same configuration.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        experiments: names; all by default.
        where: a condition on configuration columns.
        protocol: default: the study's own default.
        score: how our runs are scored: `reported` (as the study does), `last` (epoch), `best`
            (epoch on the test images), `held-out` (best epoch on held-out images).
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row a cell: experiment; the configuration's columns; published; n, mean, sd of our runs;
        source and df of the variance between seeds; difference (published less ours); low, high
        (where one more such number would lie, around our mean); inside; difference_beyond (less
        the shift that published values of the data set share); p_value and p_holm (within the
        experiment); images_low, images_high (for other test images); decidable (whether any
        number of our runs could make one published run equivalent); verdict (replicated,
        different, undecided, too few runs, not comparable, no published value; with an offset
        declared `replicated but for an offset`, `different beyond the offset`); why; fixed and
        setting, as in `check_claims`. `attrs["tables"]` has the tables as wholes, `attrs["said"]`
        the same in sentences, `attrs["left_out"]` what was not taken.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    if score not in SCORES:
        raise SpecError(f"There is no score '{quoted(score)}': choose from {', '.join(SCORES)}.")
    inputs = read_inputs(study, protocol=protocol, store=store)
    return compare_inputs(inputs, experiments=experiments, where=where, score=score)


def compare_inputs(
    inputs: Inputs,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    score: str = "reported",
) -> pd.DataFrame:
    """Do as `compare_published` does, with runs that were read before."""
    meant = _meant(inputs, experiments, where)
    first = first_comparison(inputs)
    parts = []
    if first is not None:
        earlier = _compared(first.inputs, score, meant)
        parts.append(earlier.assign(fixed="changed", setting="first"))
    now = _compared(inputs, score, meant)
    state = "changed" if first is not None else "before"
    parts.append(now.assign(fixed=state, setting="" if first is None else "now"))
    table = pd.concat(parts, ignore_index=True)
    table.loc[table["n"].eq(0), ["fixed", "setting"]] = ""
    if first is not None:
        table = table[~(table["n"].eq(0) & table.index.to_series().lt(len(now)))]
    wholes = compare_tables(now, inputs.published.iloc[now.index], inputs.settings)
    table = table.astype(dict.fromkeys(_NUMBERS, "Float64") | {"n": "Int64"})
    known = table["source"].ne("none")
    table["decidable"] = table["decidable"].astype("boolean").where(known)
    table = with_columns(table, inputs)
    table.attrs["tables"] = wholes
    table.attrs["said"] = list(_said(inputs, now, wholes))
    table.attrs |= {"left_out": list(inputs.left_out), "digits": 4}
    own = {name for one in inputs.configurations for name in one.columns}
    # Columns of other experiments say nothing of these.
    own = [name for name in own if name in table and table[name].notna().any()]
    table.attrs["hidden"] = hidden(table, [*own, *_SHOWN])
    return in_notebook(table)


def _meant(inputs: Inputs, experiments: str | Sequence[str] | None, where: str | None) -> list[int]:
    """Give the cells that are shown: all runs say how far seeds and data sets lie apart."""
    asked = {"protocol": inputs.protocol, "experiments": experiments, "where": where}
    shown = {(one.experiment, str(one.columns)) for one in configurations(inputs.study, **asked)}
    return [
        cell
        for cell, one in enumerate(inputs.configurations)
        if (one.experiment, str(one.columns)) in shown
    ]


def scored(inputs: Inputs, score: str) -> pd.DataFrame:
    """Give the runs' scores with `last` after the epoch that is asked for; NaN where there is none.

    Args:
        inputs: of a study.
        score: one of `SCORES`.
    """
    scores = inputs.scores("accuracy")
    on_test = scores["validation"].eq("test")
    best = scores["best_accuracy"].astype(float)
    held_out = scores["best_test_accuracy"].astype(float)
    reported = np.where(scores["reported_accuracy"].eq("test"), held_out, best)
    value = {
        "last": scores["last"],
        "best": best.where(on_test),
        "held-out": held_out.where(~on_test),
        "reported": scores["last"].where(scores["reported_epoch"].eq("last"), reported),
    }[score]
    return scores.assign(last=value).dropna(subset=["last"])


def _compared(inputs: Inputs, score: str, meant: Sequence[int]) -> pd.DataFrame:
    compared = compare_cells(scored(inputs, score), inputs.published, inputs.settings, inputs.cells)
    compared["why"] = [
        _why(row, inputs.settings) + _of_which(row, one, inputs.study)
        for row, one in zip(compared.to_dict("records"), inputs.configurations, strict=True)
    ]
    return compared.iloc[meant]


def _of_which(row: Mapping[str, object], one: Configuration, study: Study) -> str:
    """Say with a verdict when the published number is of other images."""
    other = study.other_images(one.data.name)
    is_judged = row["n"] > 0 and row["verdict"] != "no published value"
    return f"; {other[0].lower()}{other[1:-1]}" if other and is_judged else ""


def _why(row: Mapping[str, object], settings: Statistics) -> str:
    verdict, delta = row["verdict"], settings.delta
    if verdict == "no published value":
        return "the source prints none"
    if verdict == "not comparable":
        return "our runs of it depart from the protocol"
    if verdict == "too few runs":
        return "no run" if row["n"] == 0 else "nothing says how far seeds lie apart"
    gap = row["difference_beyond"] if "offset" in verdict else row["difference"]
    side = f"{abs(gap):.4f} {'above' if gap > 0 else 'below'} ours"
    if verdict.startswith("different"):
        return f"{side}: more than {delta:g}, and outside of where one more run would lie"
    if verdict.startswith("replicated"):
        return f"{side}: less than {delta:g} by both one-sided tests"
    within = "inside" if row["inside"] else "outside"
    never = "" if row["decidable"] else f"; one published run is never known to {delta:g}"
    return f"{side}, {within} of where one more run would lie{never}"


def _said(inputs: Inputs, now: pd.DataFrame, wholes: pd.DataFrame) -> Iterator[str]:
    """Say in sentences what the tables say as wholes."""
    settings = inputs.settings
    judged = now[now["published"].notna() & now["source"].ne("none") & now["n"].gt(0)]
    if len(judged):
        inside = int(judged["inside"].fillna(value=False).sum())
        yield (
            f"{inside} of {len(judged)} published values lie where one more of our runs would "
            f"(95 % interval)."
        )
    if judged["source"].eq("spread").any():
        yield (
            "Few seeds: how far seeds lie apart is taken from the spread of the cells' own "
            "means, which holds their differences too, so intervals are rather too wide."
        )
    for row in wholes.to_dict("records"):
        side = "above" if row["shift"] > 0 else "below"
        beyond = "differ by more" if row["beyond_seed"] else "do not differ by more"
        yield (
            f"{row['table']} as a whole ({row['cells']} cells): published values lie "
            f"{abs(row['shift']):.4f} {side} ours ({row['low']:.4f} to {row['high']:.4f}): "
            f"{row['verdict']}. Its cells {beyond} among each other than seeds make them "
            f"(p {_p(row['f_p_value'])})."
        )
    yield from dict.fromkeys(
        said for one in inputs.configurations if (said := inputs.study.other_images(one.data.name))
    )
    if settings.offset == "dataset":
        yield f"A shift of each data set is taken out: {settings.offset_reason}"


def _p(value: float) -> str:
    if math.isnan(value):
        return "not known"
    return "< 0.01" if value < 0.01 else "> 0.99" if value > 0.99 else f"= {value:.2f}"  # noqa: PLR2004
