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

#: A place in data of one's own: Python counts from 0.
_PLACE = re.compile(r"\b([xy]_(?:train|test)\[)(\d+(?:, \d+)*)\]")
#: What is the same in R: an argument and an option of one name.
_TWICE = re.compile(r"\b([a-z_]+), or --\1\b")
#: The shape of a vector.
_VECTOR = re.compile(r"\((\w+),\)")
_INPUT = re.compile(r"\bkeras\.Input\(\((\d+(?:, \d+)*),?\)\)")

_COMMAND = re.compile(r"`?tune-grid (model (?:show|export)|data check|[a-z]+)(?: ID)?`?")
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)(?: (quick|full)\b)?")


def in_r(text: str) -> str:
    """Put Python's words, and the command's verbs and options, into R's words.

    >>> in_r("3 runs are left out: see them with --any or --preset quick.")
    '3 runs are left out: see them with any = TRUE or preset = "quick".'
    >>> in_r("It is damaged: see with `tune-grid verify`, or give another --store.")
    'It is damaged: see with `verify_store()`, or give another store.'
    >>> in_r("x_test[0, 2] is inf, and y_test has the shape (4,).")
    'x_test[1, 3] is inf, and y_test has the shape (4).'
    >>> in_r("Begin with keras.Input((10, 14, 3)).")
    'Begin with keras$Input(c(10L, 14L, 3L)).'
    """
    text = _PLACE.sub(_counted, _INPUT.sub(_input, text))
    text = _TWICE.sub(r"\1", _VECTOR.sub(r"(\1)", text)).replace("a mapping", "a list")
    return _OPTION.sub(_argument, _COMMAND.sub(_call, text))


def _counted(found: re.Match[str]) -> str:
    """Count a place from 1."""
    return found[1] + ", ".join(str(int(one) + 1) for one in found[2].split(", ")) + "]"


def _input(found: re.Match[str]) -> str:
    """Write the beginning of a model in R, where a number alone is no vector of one."""
    sizes = [f"{size}L" for size in found[1].split(", ")]
    return f"keras$Input({'c' if len(sizes) > 1 else 'list'}({', '.join(sizes)}))"


def _call(found: re.Match[str]) -> str:
    verb = _VERBS.get(found[1])
    return found[0] if verb is None else f"`{verb}()`"


def _argument(found: re.Match[str]) -> str:
    name = found[1].replace("-", "_")
    if found[2]:
        return f'{name} = "{found[2]}"'
    return f"{name} = TRUE" if found[1] in _SWITCHES else name
