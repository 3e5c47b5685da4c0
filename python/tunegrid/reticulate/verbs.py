"""The verbs that are not simply the public function of their name."""

import contextlib
import ctypes
import importlib.util
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataWarning
from ..study.csvfile import Scalar
from .values import plain
from .words import in_r

if TYPE_CHECKING:
    import keras
    import pandas as pd


def _is_complete() -> bool:
    """Say whether every package that a run needs is here, without importing it."""
    names = "keras numpy pandas h5py scipy statsmodels tabulate pydantic psutil rich tensorflow"
    return all(importlib.util.find_spec(name) is not None for name in names.split())


def _studies() -> "pd.DataFrame":
    from ..report.study_tables import studies_table

    return studies_table()


def _sitrep(**where: str | Path | None) -> "pd.DataFrame":
    from ..running.doctor import diagnose

    return diagnose(**where)


def _load_study(study: str, *, store: str | None = None) -> dict[str, object]:
    """Give what `tune-grid show` shows of a study, and the printed tables of its experiments."""
    from ..report.study_tables import PARTS, study_frame, study_part, study_tables
    from ..store.store import find_study

    found = find_study(study, store=store)
    about = study_tables(found, part="experiments")[0][0]
    names = ("id", "title", "author", "date", "source", "about")
    return {
        **{name: getattr(found, name) for name in names},
        "parts": {part: study_part(found, part) for part in PARTS},
        "captions": {name: in_r(text) for name, text in {**PARTS, "experiments": about}.items()},
        "published": {name: study_frame(found, [name]) for name in found.experiments},
    }


def _run_grid(
    study: str | None = None,
    *,
    hear: Callable[[str, str, int], object],
    grid: Mapping[str, Sequence[object]] | None = None,
    **options: object,
) -> dict[str, object]:
    """Run a grid; R hears of it through a function of what it is, a text and a number of epochs."""
    from ..running.driver import run_grid
    from ..running.summary import FailedRunsWarning, describe_failures, describe_summary

    if grid is not None:
        options["grid"] = [
            dict(zip(grid, row, strict=True)) for row in zip(*grid.values(), strict=True)
        ]
    with warnings.catch_warnings():
        for known in (FailedRunsWarning, DataWarning):  # R warns itself
            warnings.simplefilter("ignore", known)
        summary = _heard(run_grid, study, hear, options)
    said = [in_r(line) for line in describe_summary(summary)]
    left = [{**one, "reason": in_r(one["reason"])} for one in plain(summary.left_out)]
    warning = in_r(describe_failures(summary))
    doubts = [in_r(line) for line in summary.doubts]
    more = {"left_out": left, "said": said, "warning": warning, "doubts": doubts}
    return {**plain(summary), **more}


def _run_until_decided(
    study: str, *, hear: Callable[[str, str, int], object], **options: object
) -> dict[str, object]:
    """Spend seeds where they decide claims; R hears of it as of a grid."""
    from ..conclusions.decided import describe_decided
    from ..conclusions.until_decided import run_until_decided

    summary = _heard(run_until_decided, study, hear, options)
    return {**plain(summary), "said": [in_r(line) for line in describe_decided(summary)]}


def _heard(
    run: Callable[..., object],
    study: str | None,
    hear: Callable[[str, str, int], object],
    options: Mapping[str, object],
) -> object:
    """Call what trains, and tell R meanwhile."""
    from ..running.progress import SpokenProgress

    class Progress(SpokenProgress):
        def notice(self, text: str) -> None:
            hear("line", in_r(text), 0)

        def expect(self, epochs: int) -> None:
            hear("expect", self.counts, epochs)

        def move(self, epochs: int) -> None:
            hear("move", self.counts, epochs)

    progress = Progress()
    try:
        with _interrupts_left_to_r():
            return run(study, progress=progress, **options)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(progress.interruption()) from None


@contextlib.contextmanager
def _interrupts_left_to_r() -> Iterator[None]:
    """Put the handler of Ctrl-C back that tells R too.

    It is written in C and belongs to reticulate. `signal.signal()`, by which the loop hears of
    signals and leaves them again, puts one of Python's in its place, and R's own loops would never
    be interrupted again.
    """
    api = ctypes.pythonapi
    get = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_int)(("PyOS_getsig", api))
    put = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(("PyOS_setsig", api))
    before = get(signal.SIGINT)
    try:
        yield
    finally:
        put(signal.SIGINT, before)


def _comparison_table(
    study: str,
    *,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    store: str | None = None,
    **options: object,
) -> "pd.DataFrame":
    """Give the table with what `tune-grid table` says around it."""
    from ..report.captions import agreement_note, runs_caption, table_caption
    from ..results.compare import comparison_tables, stacked
    from ..store.store import find_study

    found = find_study(study, store=store)
    how = {"protocol": protocol, "preset": preset, "any": any, "store": store}
    tables = comparison_tables(found, **how, **options)
    notes = {name: agreement_note(table) for name, table in tables.items()}
    named = found.pick_protocol(protocol)
    table = stacked(tables)
    if len(tables) == 1:
        caption = table_caption(found, next(iter(tables)), named, preset, any=any)
    else:
        caption = f"{found.id} {', '.join(tables)}, protocol {named}"
        caption = runs_caption(caption, preset, any=any)
        notes = {name: f"{name}: {note}" for name, note in notes.items() if note}
    table.attrs |= {
        "caption": caption,
        "note": [note for note in notes.values() if note],
        "hidden": [] if any else ["departures"],
    }
    return table


def _published_table(
    study: str,
    table: str,
    *,
    preset: str = "full",
    any: bool = False,  # noqa: A002
    **options: object,
) -> "pd.DataFrame":
    from ..report.captions import beside_caption, runs_caption
    from ..results.published import published_table
    from ..store.store import find_study

    found = find_study(study, store=options.get("store"))
    beside = published_table(found, table, preset=preset, any=any, **options)
    caption = beside_caption(found, found.pick_table(table))
    beside.attrs["caption"] = runs_caption(caption, preset, any=any)
    return beside


def _compare_with(
    study: str, scores: Mapping[str, Sequence[object]], **options: object
) -> "pd.DataFrame":
    """Take the other scores as columns, as R sends a data frame."""
    import pandas as pd

    from ..conclusions.other_scores import compare_with

    return compare_with(study, pd.DataFrame(scores), **options)


def _export_model(**options: object) -> dict[str, object]:
    """Say of the images that the model takes what its run's spec has."""
    from ..report.models import export_model

    done = export_model(**options)
    names = ("file", "key", "trained", "same")
    data = {"scaling": done.spec.data.scaling, "orientation": done.spec.data.orientation}
    return {**{name: getattr(done, name) for name in names}, **data}


def _row_model(
    model: "keras.Model", row: Mapping[str, Scalar], number: int
) -> Mapping[str, Scalar]:
    from ..study.own_grid import row_model

    return row_model(model, row, number)


VERBS: Mapping[str, Callable[..., object]] = {
    "is_complete": _is_complete,
    "row_model": _row_model,
    "studies": _studies,
    "load_study": _load_study,
    "run_grid": _run_grid,
    "run_until_decided": _run_until_decided,
    "comparison_table": _comparison_table,
    "compare_with": _compare_with,
    "published_table": _published_table,
    "export_model": _export_model,
    "sitrep": _sitrep,
}
