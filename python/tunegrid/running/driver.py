"""`run_grid`: plan a study's runs, train those that are missing, store what comes back."""

import os
import time
import warnings
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path

from ..data.doubts import doubts
from ..data.files import take_data
from ..data.own import OwnData
from ..errors import DataWarning, SpecError, quoted, shown
from ..machine.processor import cores
from ..plan.configuration import Configuration
from ..plan.grid import configurations
from ..plan.plans import UNKNOWN, PlannedRun, plan
from ..plan.runs import RunSpec
from ..store.database import network_warning, store_path
from ..store.planned import stored_study
from ..store.store import Store, find_study
from ..study.csvfile import Scalar
from ..study.own_grid import Model, as_rows, check_same_grid, is_own_grid, own_study
from ..study.settings import PRESETS, given_settings, preset_settings
from ..study.study import Study
from ..train.engines import check_engine
from ..train.precision import check_precision
from .executor import Executor
from .images import find_images, found_digests
from .in_notebook import progress_here
from .local import LocalExecutor
from .loop import TrainingLoop
from .order import longest_first
from .progress import Progress
from .ray import RayExecutor, check_ray
from .summary import FailedRunsWarning, RunSummary, describe_failures

_MOST = 1_000_000

#: Where runs are trained: by the cores of this machine, or by the nodes of a cluster.
EXECUTORS = ("local", "ray")


def run_grid(
    study: str | Path | Study | None = None,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    set: Mapping[str, Scalar] | None = None,  # noqa: A002 - the command's and R's word
    preset: str = "full",
    grid: Sequence[Mapping[str, Scalar]] | None = None,
    model: Model | None = None,
    dataset: str | None = None,
    data: object | None = None,
    name: str | None = None,
    labels: str | Sequence[str] | None = None,
    seeds: int = 1,
    epochs: int | None = None,
    train_size: int | None = None,
    precision: str | None = None,
    workers: int | None = None,
    engine: str = "tensorflow",
    executor: str = "local",
    ray_address: str | None = None,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
    retry_failed: bool = False,
    keep_models: bool = False,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Train what is missing of a study's grid.

    Repeating a call trains only what is missing; a run that two studies share is trained once.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`; the name of a
            grid of one's own that the store has; none for a grid that it has not.
        experiments: names; all by default.
        where: a condition on configuration columns, as `"layer1 == 16 and layerdense <= 32"`.
        protocol: default: the study's own default.
        set: settings that take the place of the protocol's; the runs are marked.
        preset: `full`, or `quick` (2 epochs of 10 000 images: a look at a study's grid, no
            replication).
        grid: rows (one mapping each, or a pandas frame) in place of the one experiment's own;
            the runs are marked. Without a study they are a study of their own: then `set`,
            epochs, train_size and precision say how it is trained and mark nothing.
        model, dataset, data, name, labels: for a grid without a study, as in `own_study`. Data of
            one's own is kept in the store: given its name as the study, the grid goes on
            without it.
        seeds: at least this many replicates of each configuration.
        epochs, train_size, precision: short for `set`, which then cannot have them. With
            `bfloat16` layers compute in 16 bits, up to three times as fast where the processor has
            them; weights stay in 32.
        workers: runs that train at once; by default as many as there are cores, or as a cluster
            has room for.
        engine: `tensorflow`, or `reference` (plain `Model.fit`).
        executor: `local`, or `ray`: the nodes of a Ray cluster train, see docs/cluster.md.
        ray_address: HOST:PORT of the cluster's head; default RAY_ADDRESS, then the cluster that
            this machine is a part of.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets; default TUNEGRID_DATA.
        retry_failed: try runs again that failed earlier.
        keep_models: keep the weights of every run, not only of each experiment's best.
        time_limit: seconds that one run may take.
        progress: told what happens; a bar in a notebook by default, elsewhere nothing.

    Warns:
        DataWarning: when labels begin at 1, or a class has test examples only.
        FailedRunsWarning: when runs failed, now or earlier, with how many and why.

    Raises:
        SpecError: for what cannot be asked for.
        DataError: when a data set is damaged, or none that is needed can be had.
        RunError: when there is no backend to train with, or the processor has no bfloat16; when
            there is no Ray, no cluster, one with other versions, or none any more.
        StoreError: when the store cannot be written.
        KeyboardInterrupt: after Ctrl-C, SIGTERM or SIGHUP; what was done is kept.
    """
    _check_counts(seeds=seeds, workers=workers, time_limit=time_limit)
    check_executor(executor, ray_address)
    given = {"model": model, "dataset": dataset, "name": name, "labels": labels}
    short = _present({"epochs": epochs, "train_size": train_size, "precision": precision})
    _check_once(short, set)
    said: Mapping[str, object] = {}
    own = None if data is None else take_data(data)
    doubtful = [] if own is None else doubts(own.dataset)
    for text in doubtful:
        warnings.warn(text, DataWarning, stacklevel=2)
        if progress is not None:
            progress.notice(text)
    if study is None:
        said = {**short, **(set or {})}
        _check_preset(preset, said)
        study = _own_study(grid, said, _present({**given, "data": own}))
        grid, set, short = None, None, {}  # noqa: A001
    elif _present(given):
        raise SpecError(f"A study was given, and {', '.join(_present(given))}: leave one out.")
    study, grid = find_study(study, store=store), as_rows(grid)
    if own is not None:
        _check_own(study, own)
    backend = _backend(engine)
    check_engine(engine, backend)
    overrides = given_overrides(preset, set, **short)
    overrides = {key: value for key, value in overrides.items() if key not in said}
    chosen = configurations(
        study,
        protocol=protocol,
        experiments=experiments,
        where=where,
        overrides=overrides,
        grid=grid,
    )
    for given in {str(one.settings["precision"]) for one in chosen}:
        check_precision(given)
    where = {"store": store_path(store), "data_dir": data_dir}
    digests = found_digests((one.data for one in chosen), **where)
    planned = plan(chosen, seeds=int(seeds), digests=digests, engine=engine, backend=backend)
    summary = run_planned(
        study,
        planned,
        workers=workers,
        executor=executor,
        ray_address=ray_address,
        store=store,
        data_dir=data_dir,
        data=own,
        retry_failed=retry_failed,
        keep_models=keep_models,
        time_limit=time_limit,
        progress=progress,
    )
    summary.doubts = doubtful
    if said := describe_failures(summary):
        warnings.warn(shown(said), FailedRunsWarning, stacklevel=2)
    return summary


def run_planned(
    study: Study,
    planned: Sequence[PlannedRun],
    *,
    workers: int | None = None,
    executor: str = "local",
    ray_address: str | None = None,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
    data: OwnData | None = None,
    retry_failed: bool = False,
    keep_models: bool = False,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Train what is missing of runs that are planned already, all of one protocol.

    Args:
        study: whose runs they are.
        planned: at least one.
        data: the study's own, where it was given in memory.
        workers, executor, ray_address, store, data_dir, retry_failed, keep_models, time_limit,
            progress: as in `run_grid`, and so are the errors.
    """
    started = time.monotonic()
    progress = progress or progress_here()
    chosen = list({id(one.configuration): one.configuration for one in planned}.values())
    summary = RunSummary(study.id, chosen[0].protocol, store_path(store))
    summary.trained_by = _trained_by(chosen)
    place = {"store": summary.store, "data_dir": data_dir}
    if is_own_grid(study):
        with Store(store) as known:
            _check_name(known, study)
    found = find_images(study, chosen, **place, own=data, progress=progress)
    summary.left_out = found.left_out
    with Store(store, write=True) as opened:
        if is_own_grid(study):
            _check_name(opened, study)
        if said := network_warning(opened.folder):
            progress.notice(said)
        sources = found.keep(opened.folder)
        opened.add_plan(study, [one for one in planned if one.spec.data.digest != UNKNOWN])
        runnable = [one for one in planned if one.spec.data.digest in sources]
        missing = _missing(opened, runnable, summary, retry_failed=retry_failed)
        progress.begin(summary.planned, missing)
        if missing:
            opened.remove_leftovers()
            specs = [one.spec for one in missing]
            how = {"workers": workers and int(workers), "time_limit": time_limit}
            with _executor(executor, ray_address, specs, **how) as hands:
                loop = TrainingLoop(
                    opened, hands, sources, keep_models=keep_models, progress=progress
                )
                loop.run(longest_first(missing))
            summary.done, summary.failed = loop.done, loop.failed
            summary.failed_before += loop.failed_elsewhere
            if loop.stopped:
                raise KeyboardInterrupt
        summary.failures = opened.failures(summary.keys)
    summary.seconds = time.monotonic() - started
    return summary


def check_executor(executor: str, ray_address: str | None) -> None:
    """Refuse an executor that there is not, before anything else is done.

    Raises:
        SpecError: for another name than local and ray, or an address without ray.
        RunError: when Ray is not installed.
    """
    if executor not in EXECUTORS:
        raise SpecError(
            f"There is no executor {quoted(executor)}: give {' or '.join(EXECUTORS)} (--executor)."
        )
    if executor == "ray":
        check_ray()
    elif ray_address is not None:
        raise SpecError("--ray-address is of a Ray cluster: give --executor ray with it.")


def _executor(
    name: str,
    address: str | None,
    specs: Sequence[RunSpec],
    *,
    workers: int | None,
    time_limit: float | None,
) -> Executor:
    if name == "ray":
        return RayExecutor(specs, workers=workers, address=address, time_limit=time_limit)
    return LocalExecutor(min(workers or cores(), len(specs)), time_limit=time_limit)


def _trained_by(chosen: Sequence[Configuration]) -> str:
    """Say what people ask for first of how runs are trained."""
    names = ("optimizer", "learning_rate", "batch_size", "epochs", "loss")
    values = {name: dict.fromkeys(str(one.setting(name)) for one in chosen) for name in names}
    return ", ".join(f"{name} = {' or '.join(found)}" for name, found in values.items())


def given_overrides(
    preset: str,
    values: Mapping[str, Scalar] | None,
    **short: Scalar,
) -> dict[str, object]:
    """Put a preset, settings given by their own options, and single ones together.

    What comes later wins.

    Raises:
        SpecError: for an unknown preset.
    """
    given = given_settings(values)
    return {**preset_settings(preset), **short, **given}


def _present(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _check_once(short: Mapping[str, object], values: object) -> None:
    """Refuse a setting that is given by its own argument and in `set`: one would be ignored."""
    twice = [name for name in short if isinstance(values, Mapping) and name in values]
    if twice:
        raise SpecError(f"Give {twice[0]}, or {twice[0]} in set, not both.")


def _check_preset(preset: object, said: Mapping[str, object]) -> None:
    """Refuse a preset of which a grid of one's own takes something: it departs from nothing."""
    asked = PRESETS.get(preset, {}) if isinstance(preset, str) else {}
    if not set(asked) <= set(said):
        how = ", ".join(f"{name} = {value}" for name, value in asked.items())
        raise SpecError(
            f"The preset {preset} is for a study's grid: of one of your own say by settings how it "
            f"is trained ({how})."
        )


def _own_study(
    grid: Sequence[Mapping[str, Scalar]] | None,
    settings: Mapping[str, object],
    given: Mapping[str, object],
) -> Study:
    if grid is None:
        raise SpecError("Give a study (tune-grid studies lists them), or a grid of your own.")
    return own_study(grid, set=settings, **given)


def _check_own(study: Study, own: OwnData) -> None:
    """Refuse data that is not the study's."""
    if own.dataset.digest not in {one.digest for one in study.datasets.values()}:
        raise SpecError(
            f"The data given is not that of {study.id}: its digest is {own.dataset.digest[:12]}…. "
            f"Without a study, data goes with a grid."
        )


def _check_name(store: Store, study: Study) -> None:
    """Refuse a grid of one's own under a name that the store has for another one."""
    definition = store.definition(study.id)
    if definition is not None:
        try:
            known = stored_study(definition)
        except SpecError:
            return  # of another version of tunegrid: nothing of it is shown anyway
        check_same_grid(study, known, store.folder)


def _check_counts(**counts: float | None) -> None:
    for name, count in counts.items():
        if count is None:
            continue
        is_good = isinstance(count, Real) and 0 < count < _MOST
        if not is_good or (name != "time_limit" and count != int(count)):
            kind = "a number" if name == "time_limit" else "a whole number"
            raise SpecError(
                f"{name} must be {kind} above 0 (and below {_MOST}), not "
                f"{quoted(count, write=repr)}."
            )


def _backend(engine: str) -> str:
    return os.environ.get("KERAS_BACKEND", "tensorflow") if engine == "reference" else "tensorflow"


def _missing(
    store: Store, planned: Sequence[PlannedRun], summary: RunSummary, *, retry_failed: bool
) -> list[PlannedRun]:
    """Give the runs to train, each once: two experiments may ask for the same run."""
    distinct = {one.key: one for one in planned}
    if retry_failed:
        store.reopen_failed(distinct)
    outcomes = store.outcomes(distinct)
    summary.planned, summary.keys = len(distinct), tuple(distinct)
    summary.found = sum(outcome == "done" for outcome in outcomes.values())
    summary.failed_before = sum(outcome == "failed" for outcome in outcomes.values())
    return [one for key, one in distinct.items() if outcomes[key] is None]
