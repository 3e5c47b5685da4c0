"""What is said to people, in R's words: messages are written in those of the command."""

import ast
import json
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
    "compare-with": "compare_with",
    "overview": "study_overview",
    "claims": "check_claims",
    "plan": "plan_seeds",
    "rank": "rank_configurations",
    "report": "render_report",
    "figure": "plot_figure",
    "verify": "verify_store",
    "repair": "repair_store",
    "repeat": "repeat_run",
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
#: The row of a grid that a model is of.
_ROW = re.compile(r"\bThe model of row (\d+) \((\{[^\n]*?\})\)")
#: Where in a study that was made of arguments something is wrong.
_PATH = re.compile(
    r"\b(?:the file: )?(?:settings\.\w+|experiment\.(?P<name>[\w-]+)): (?P<next>\w?)"
)
_NOWHERE = re.compile(
    r"\b(experiment\.grid: )?the setting (\w+) is given nowhere; put it under \[settings\]"
)
#: What was given in place of what must be, at the end of a sentence, as Python prints it.
_GIVEN = re.compile(
    r"\bnot (None|True|False|-?\d+\.\d+(?:e[+-]?\d+)?|\[[^\n]*\]|\{[^\n]*\})(?=\.?$)"
)
#: Characters that a value in a sentence has room for, and a sentence.
_SHORT, _LONGEST = 40, 8000

#: Words of Python, and of what checks for it, that stand in no quotes.
_WORDS: Mapping[str, str] = {
    r"\ba keras\.Model\b": "a Keras model",
    r"\ba mapping\b": "a list",
    r"\ba valid integer\b": "a whole number",
    r"\ba valid number\b": "a number",
    r"\ba valid string\b": "a text",
    r"\ba valid boolean\b": "TRUE or FALSE",
    r"\ba valid (?:list|tuple|array)\b": "a vector",
    r"\ba valid dictionary\b": "a list",
    r"(?<=cannot be run: )id must": "name must",
    r"\bunder \[([\w.-]+)\]": r"under \1",
    r"; if it only names the configurations, list it under labels": "",
    r"\bnot <U\d+ as\b": "not text as",
    r"\bnp\.\w+\(([^()]*)\)": r"\1",
    r"<[\w.]+ object at 0x[0-9a-f]+>": "another object",
    r" \(b'[^']*'\)": "",
    r"\brepeat the command\b": "repeat the call",
    r"\(None, ": "(n, ",
    r"(?<!['\"\w])None(?!['\"\w])": "NULL",
}

_COMMAND = re.compile(
    r"`?tune-grid (model (?:show|export)|data check|[a-z]+(?:-[a-z]+)*)(?: ID)?`?"
)
#: `ray start --head` is of no verb of ours.
_OPTION = re.compile(r"(?<![\w-])(?<!ray start )--([a-z]+(?:-[a-z]+)*)(?: (quick|full|ray)\b)?")


def in_r(text: str) -> str:
    """Put Python's words, and the command's verbs and options, into R's words.

    What is longer than any sentence of ours is a study's, and stays as it is: some of the patterns
    take a time that grows with the square of the length.

    >>> in_r("3 runs are left out: see them with --any or --preset quick.")
    '3 runs are left out: see them with any = TRUE or preset = "quick".'
    >>> in_r("It is damaged: see with `tune-grid verify`, or give another --store.")
    'It is damaged: see with `verify_store()`, or give another store.'
    >>> in_r("Start one (`ray start --head`), and give --executor ray.")
    'Start one (`ray start --head`), and give executor = "ray".'
    >>> in_r("x_test[0, 2] is inf, and y_test has the shape (4,).")
    'x_test[1, 3] is inf, and y_test has the shape (4).'
    >>> in_r("Begin with keras.Input((10, 14, 3)).")
    'Begin with keras$Input(c(10L, 14L, 3L)).'
    >>> in_r("experiment.grid: epochs must be a valid integer, not [1, True].")
    'Epochs must be a whole number, not c(1, TRUE).'
    >>> in_r('The model of row 1 ({"units": 8}): A model must be a keras.Model, not Dense.')
    'The model of row 1 (units = 8): A model must be a Keras model, not Dense.'
    """
    if len(text) > _LONGEST:
        return text
    text = _PLACE.sub(_counted, _INPUT.sub(_input, _ROW.sub(_row, text)))
    text = _TWICE.sub(r"\1", _VECTOR.sub(r"(\1)", text))
    if ".toml" not in text:
        text = _PATH.sub(_path, _NOWHERE.sub(_nowhere, text))
    text = _GIVEN.sub(_given, text)
    for word, in_its_place in _WORDS.items():
        text = re.sub(word, in_its_place, text)
    return _OPTION.sub(_argument, _COMMAND.sub(_call, text))


def _row(found: re.Match[str]) -> str:
    """Write a row as R's arguments."""
    try:
        row = json.loads(found[2])
    except ValueError:
        return found[0]
    values = (f"{name} = {_value(value)}" for name, value in row.items())
    return f"The model of row {found[1]} ({', '.join(values)})"


def _path(found: re.Match[str]) -> str:
    """Name the experiment where a study has several; what begins a sentence gets a capital."""
    name, first = found["name"], found["next"]
    begins = found.start() == 0
    if name in (None, "grid"):
        return first.upper() if begins else first
    return f"{'Experiment' if begins else 'experiment'} {name}: {first}"


def _nowhere(found: re.Match[str]) -> str:
    """Say where R takes a setting; a grid of one's own has its model in an argument."""
    where, setting = found[1] or "", found[2]
    if where and setting == "architecture":
        return f"{where}no model is given: give model, the name of an architecture or a function"
    how = "give epochs" if setting == "epochs" else "give it in set"
    return f"{where}the setting {setting} is given nowhere: {how}"


def _given(found: re.Match[str]) -> str:
    try:
        return f"not {_value(ast.literal_eval(found[1]))}"
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return found[0]  # somebody's text that looks like a value


def _value(value: object) -> str:
    """Write a value as R does; what is long is counted."""
    if isinstance(value, list):
        short = ", ".join(map(_value, value))
        return f"c({short})" if len(short) < _SHORT else f"a vector of {len(value)}"
    if isinstance(value, dict):
        names = ", ".join(map(str, value))
        return f"a list of {names}" if len(names) < _SHORT else f"a list of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:.15g}" if isinstance(value, float) else str(value)


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
