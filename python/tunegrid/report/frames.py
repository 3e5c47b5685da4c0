"""What the tables and the figures of a report are made of, each read and judged once."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..conclusions.comparison import compare_inputs
from ..conclusions.effects import single_effects
from ..conclusions.inputs import Inputs, read_inputs
from ..conclusions.seed_planner import plan_inputs
from ..conclusions.verdicts import check_inputs
from ..conclusions.wins import replay_wins
from ..results.compare import comparison_tables
from ..results.curves import read_epochs
from ..results.misses import read_misses
from ..results.published import published_table
from ..results.tidy import read_results
from ..study.study import Study


class Frames:
    """The frames of a study under one protocol.

    Args:
        study: any.
        protocol: default: the study's own default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        experiments: names; all by default. Claims are judged by all runs whatever these are.
    """

    def __init__(
        self,
        study: Study,
        *,
        protocol: str | None = None,
        store: str | Path | None = None,
        experiments: Sequence[str] | None = None,
    ) -> None:
        self.study = study
        self.protocol = study.pick_protocol(protocol)
        self.store = store
        self.experiments = list(experiments or study.experiments)
        self._how = {"protocol": self.protocol, "store": store}

    @functools.cached_property
    def runs(self) -> pd.DataFrame:
        """A row a run, whatever departs from the protocol, failed ones too."""
        return read_results(self.study, experiments=self.experiments, any=True, **self._how)

    @functools.cached_property
    def done(self) -> pd.DataFrame:
        """The runs that were trained to their end as the protocol says."""
        return self.runs[self.runs["outcome"].eq("done") & self.runs["departures"].eq("")]

    @functools.cached_property
    def epochs(self) -> pd.DataFrame:
        """The learning curves of these."""
        return read_epochs(self.study, experiments=self.experiments, **self._how)

    @functools.cached_property
    def comparisons(self) -> Mapping[str, pd.DataFrame]:
        """Ours beside the published, by experiment."""
        return comparison_tables(self.study, experiments=self.experiments, **self._how)

    @functools.cached_property
    def inputs(self) -> Inputs:
        """What judgements are made of."""
        return read_inputs(self.study, **self._how)

    @functools.cached_property
    def compared(self) -> pd.DataFrame:
        """Every published accuracy with a verdict."""
        return compare_inputs(self.inputs, experiments=self.experiments)

    @functools.cached_property
    def claims(self) -> pd.DataFrame | None:
        """The claims with their verdicts; None for a study that makes none."""
        return check_inputs(self.inputs) if self.study.claims else None

    @functools.cached_property
    def plan(self) -> pd.DataFrame:
        """What would decide the claims."""
        return plan_inputs(self.inputs)

    @functools.cached_property
    def wins(self) -> pd.DataFrame | None:
        """Who would come out on top, were the study run again."""
        return replay_wins(self.inputs)

    @functools.cached_property
    def effects(self) -> pd.DataFrame | None:
        """What each difference alone does to the accuracy."""
        return single_effects(self.inputs)

    @functools.cached_property
    def misses(self) -> pd.DataFrame | None:
        """Which test images how many runs get wrong."""
        keys = dict.fromkeys(self.done["key"])
        return read_misses(list(keys), store=self.store)

    @functools.cached_property
    def printed_matrices(self) -> dict[str, tuple[str, pd.DataFrame]]:
        """Give the source's confusion matrices with ours beside: title and frame by table."""
        return {
            table.name: (table.title, published_table(self.study, table.name, **self._how))
            for table in self.study.tables
            if table.kind == "confusion" and table.experiment in self.experiments
        }

    @functools.cached_property
    def best_matrix(self) -> tuple[str, int, np.ndarray] | None:
        """Give the mean confusion matrix of the configuration that is best by our runs.

        Returns:
            Its name, the number of its runs, and the matrix, true classes by rows; None without
            runs or labels. It is the best of those that the source prints an accuracy of, if any
            has runs, and of the data set that most configurations are of.
        """
        found = self.inputs.scores("accuracy")
        found = found[found["experiment"].isin(self.experiments)]
        datasets = self.inputs.cells["dataset"]
        found = found[datasets.iloc[found["cell"]].eq(datasets.mode()[0]).to_numpy()]
        printed = self.inputs.published["published"].notna().iloc[found["cell"]].to_numpy()
        found = found[printed] if printed.any() else found
        if found.empty:
            return None
        cell = int(found.groupby("cell")["last"].mean().idxmax())
        matrices = self.inputs.confusions([cell], None).get(cell)
        if matrices is None:
            return None
        one = self.inputs.configurations[cell]
        named = ", ".join(f"{name} = {value}" for name, value in one.columns.items())
        return f"{one.experiment} ({named})", len(matrices), matrices.mean(axis=0)
