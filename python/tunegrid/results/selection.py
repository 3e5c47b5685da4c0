"""What a reader asks for: experiments, conditions, whole replications or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import mistaken
from ..plan.grid import configurations
from ..store.store import find_study
from ..study.conditions import Condition, check_columns, parse_condition
from ..study.settings import NAMES, preset_settings
from ..study.study import Study


@dataclass(frozen=True)
class Selection:
    """Which of a study's runs are meant.

    Attributes:
        study, protocol, experiments: resolved names.
        where: None for all configurations.
        preset: `full` or `quick`.
        any: whatever the preset, all runs that are there.
        keys: only the runs with these keys; None for all.
    """

    study: Study
    protocol: str
    experiments: Sequence[str]
    where: Condition | None
    preset: str
    any: bool
    keys: frozenset[str] | None = None


def select(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    keys: Iterable[str] | None = None,
    store: str | Path | None = None,
) -> Selection:
    """Resolve and check what a reader asks for.

    Raises:
        SpecError: for names that do not exist, and a condition that no configuration meets.
    """
    study = find_study(study, store=store)
    overrides = preset_settings(preset)
    chosen = study.pick_protocol(protocol)
    names = study.pick_experiments(experiments)
    if not isinstance(where, (str, type(None))):
        raise mistaken("where", "a text, as 'layer1 == 16'", where)
    condition = None if where is None else parse_condition(where)
    if condition is not None and any:
        # Grids of a user's own can have what the study's configurations do not.
        labels = {label for name in names for label in study.experiments[name].labels}
        check_columns(condition, {*NAMES, *labels, "experiment", "protocol", "conv_layers"})
    else:
        configurations(study, protocol=chosen, experiments=names, where=where, overrides=overrides)
    if not isinstance(keys, (Iterable, type(None))):
        raise mistaken("keys", "a list of texts", keys)
    meant = None if keys is None else frozenset(keys)
    return Selection(study, chosen, names, condition, preset, any, meant)
