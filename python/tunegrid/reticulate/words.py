"""What is said to people, in R's words: messages are written in those of the command."""

import re
from collections.abc import Mapping

#: R's verb for each of the command's.
_VERBS: Mapping[str, str] = {
    "studies": "studies",
    "show": "load_study",
    "run": "run_grid",
    "status": "run_status",
    "results": "read_results",
    "table": "comparison_table",
    "audit": "audit_study",
    "compare": "compare_published",
    "claims": "check_claims",
    "plan": "plan_seeds",
    "rank": "rank_configurations",
    "report": "render_report",
    "verify": "verify_store",
    "repair": "repair_store",
    "export": "export_results",
    "import": "import_results",
    "model show": "show_model",
    "model export": "export_model",
    "data": "dataset_status",
    "data check": "check_data",
    "doctor": "tunegrid_sitrep",
}

#: Options that take no value.
_SWITCHES = frozenset({"any", "dry-run", "keep-models", "retry-failed", "train", "until-decided"})

_COMMAND = re.compile(r"`?tune-grid (model (?:show|export)|data check|[a-z]+)(?: ID)?`?")
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)(?: (quick|full)\b)?")


def in_r(text: str) -> str:
    """Put the command's verbs and options into R's words.

    >>> in_r("3 runs are left out: see them with --any or --preset quick.")
    '3 runs are left out: see them with any = TRUE or preset = "quick".'
    >>> in_r("It is damaged: see with `tune-grid verify`, or give another --store.")
    'It is damaged: see with `verify_store()`, or give another store.'
    """
    return _OPTION.sub(_argument, _COMMAND.sub(_call, text))


def _call(found: re.Match[str]) -> str:
    verb = _VERBS.get(found[1])
    return found[0] if verb is None else f"`{verb}()`"


def _argument(found: re.Match[str]) -> str:
    name = found[1].replace("-", "_")
    if found[2]:
        return f'{name} = "{found[2]}"'
    return f"{name} = TRUE" if found[1] in _SWITCHES else name
