"""The package as a whole: public names, direction of imports, shape of the code."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tunegrid

ROOT = Path(tunegrid.__file__).parent

# The flow of ARCHITECTURE.md: a module imports from those to its left only.
FLOW = [
    "errors", "paths", "csvfile", "conditions", "settings", "interpreter", "quiet", "messages",
    "architectures", "datasets", "sources", "split", "experiment", "claim", "stated",
    "transcripts", "study", "grid", "own", "runs", "plans", "order", "train", "worker", "process",
    "execute", "owner", "database", "weights", "rescue", "store", "loop", "driver", "frames",
    "selection", "results", "compare", "layertables", "published", "claims", "audit",
    "describe", "sheets", "exchange", "export", "importing", "soundness", "inspection",
    "verify", "salvage", "repair", "models", "knitr", "formats", "r", "report", "doctor",
    "console", "reticulate", "cli", "__main__",
]  # fmt: skip


def _module(file):
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def _imports(file):
    """Name tunegrid's own modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = len(file.relative_to(ROOT).parts) - node.level
            if inside == 0:
                yield from (
                    [node.module.split(".")[0]]
                    if node.module
                    else [alias.name for alias in node.names]
                )


FILES = [
    file for file in sorted(ROOT.rglob("*.py")) if file.name != "__init__.py" or file.parent != ROOT
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_one_way(file):
    """No module imports one to its right, at its top or inside a function."""
    own = FLOW.index(_module(file))
    for name in _imports(file):
        if name in FLOW:
            assert FLOW.index(name) < own, f"{file.name} imports {name}"


def test_the_flow_names_every_module():
    """A new module has a place in the flow."""
    assert {_module(file) for file in FILES} == set(FLOW)


@pytest.mark.parametrize("name", tunegrid.__all__)
def test_every_public_name_exists_and_is_documented(name):
    """What is promised is there, with a docstring."""
    assert getattr(tunegrid, name).__doc__
    assert name in dir(tunegrid)


def test_an_unknown_name_is_an_attribute_error():
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'tune_grid'"):
        tunegrid.tune_grid  # noqa: B018


def test_importing_tunegrid_imports_no_backend():
    """Not Keras, not pandas: only the standard library."""
    script = """
import sys
before = set(sys.modules)
import tunegrid
new = {name.partition(".")[0] for name in set(sys.modules) - before}
assert new - set(sys.stdlib_module_names) == {"tunegrid"}, new
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_star_import_gives_the_public_names():
    """`from tunegrid import *` in a notebook."""
    names = {}
    exec("from tunegrid import *", names)  # noqa: S102
    assert set(tunegrid.__all__) <= set(names)
