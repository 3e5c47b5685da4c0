"""Run a published Keras tuning study again, and see which of its conclusions survive.

The public names are here and nowhere else. They are imported when they are first used: importing
tunegrid imports neither Keras nor pandas.
"""

import importlib
from typing import TYPE_CHECKING

from .version import __version__ as __version__

if TYPE_CHECKING:
    from .architectures import model_json
    from .audit import audit_study
    from .conclusions.best import rank_configurations
    from .conclusions.comparison import compare_published
    from .conclusions.decided import DecidedSummary
    from .conclusions.other_scores import compare_with
    from .conclusions.seed_planner import plan_seeds
    from .conclusions.until_decided import run_until_decided
    from .conclusions.verdicts import check_claims
    from .data.sources import dataset_status
    from .errors import (
        BridgeError,
        DataError,
        DataWarning,
        RunError,
        SpecError,
        StoreError,
        TunegridError,
    )
    from .knitr import kable
    from .report.export import export_results
    from .report.figures import plot_figure
    from .report.importing import import_results
    from .report.models import ExportedModel, export_model, show_model
    from .report.overview import study_overview
    from .report.render import render_report
    from .report.repeat import repeat_run
    from .report.run_settings import run_settings
    from .results.compare import comparison_table
    from .results.curves import read_epochs
    from .results.data_check import check_data
    from .results.published import published_table
    from .results.status import run_status
    from .results.tidy import read_results
    from .running.driver import run_grid
    from .running.progress import Progress
    from .running.summary import FailedRunsWarning, RunSummary
    from .store.upkeep.repair import repair_store
    from .store.upkeep.verify import verify_store
    from .study.own_grid import own_study
    from .study.study import Study, load_study, studies

_HOMES = {
    "check_claims": "conclusions.verdicts",
    "rank_configurations": "conclusions.best",
    "compare_published": "conclusions.comparison",
    "compare_with": "conclusions.other_scores",
    "plan_seeds": "conclusions.seed_planner",
    "DecidedSummary": "conclusions.decided",
    "run_until_decided": "conclusions.until_decided",
    "audit_study": "audit",
    "dataset_status": "data.sources",
    "model_json": "architectures",
    "own_study": "study.own_grid",
    "FailedRunsWarning": "running.summary",
    "RunSummary": "running.summary",
    "run_grid": "running.driver",
    "ExportedModel": "report.models",
    "export_model": "report.models",
    "show_model": "report.models",
    "study_overview": "report.overview",
    "plot_figure": "report.figures",
    "published_table": "results.published",
    "render_report": "report.render",
    "repeat_run": "report.repeat",
    "run_settings": "report.run_settings",
    "repair_store": "store.upkeep.repair",
    "verify_store": "store.upkeep.verify",
    "export_results": "report.export",
    "import_results": "report.importing",
    "BridgeError": "errors",
    "DataError": "errors",
    "DataWarning": "errors",
    "RunError": "errors",
    "SpecError": "errors",
    "StoreError": "errors",
    "TunegridError": "errors",
    "Progress": "running.progress",
    "check_data": "results.data_check",
    "comparison_table": "results.compare",
    "read_epochs": "results.curves",
    "read_results": "results.tidy",
    "run_status": "results.status",
    "Study": "study.study",
    "kable": "knitr",
    "load_study": "study.study",
    "studies": "study.study",
}

__all__ = [
    "BridgeError",
    "DataError",
    "DataWarning",
    "DecidedSummary",
    "ExportedModel",
    "FailedRunsWarning",
    "Progress",
    "RunError",
    "RunSummary",
    "SpecError",
    "StoreError",
    "Study",
    "TunegridError",
    "audit_study",
    "check_claims",
    "check_data",
    "compare_published",
    "compare_with",
    "comparison_table",
    "dataset_status",
    "export_model",
    "export_results",
    "import_results",
    "kable",
    "load_study",
    "model_json",
    "own_study",
    "plan_seeds",
    "plot_figure",
    "published_table",
    "rank_configurations",
    "read_epochs",
    "read_results",
    "render_report",
    "repair_store",
    "repeat_run",
    "run_grid",
    "run_settings",
    "run_status",
    "run_until_decided",
    "show_model",
    "studies",
    "study_overview",
    "verify_store",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
