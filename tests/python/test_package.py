"""The package as a whole: public names, direction of imports, shape of the code."""

import ast
import graphlib
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

import tunegrid

ROOT = Path(tunegrid.__file__).parent
ARCHITECTURE = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")

#: The wings in their order, each with those that it may import from. Every file may import from
#: its own wing and from the ground.
WINGS = {
    "machine": "",
    "data": "machine",
    "architectures": "",
    "study": "machine data architectures",
    "plan": "data architectures study",
    "train": "machine data architectures plan",
    "store": "machine data study plan",
    "running": "machine data architectures study plan train store",
    "knitr": "",
    "results": "data architectures study plan store knitr",
    "conclusions": "machine study plan store running knitr results",
    "audit": "data architectures study plan knitr results conclusions",
    "r": "study",
    "report": "machine data architectures study plan train store running knitr results conclusions "
    "audit",
    "reticulate": "machine study store running results conclusions report",
    "cli": "machine data study store running results conclusions audit knitr r report",
}
GROUND = {"errors", "version"}

#: What is more than a file from a wing: only this one.
ONLY = {("audit", "results"): "results.layers", ("r", "study"): "study.csvfile"}


def _name(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_name(file): file for file in sorted(ROOT.rglob("*.py"))}


def _imports(name):
    """Give the files of the package that a file imports, at its top or inside a function."""
    package = FILES[name].relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *filter(None, [node.module])]
            for alias in node.names:
                inside = ".".join([*base, alias.name])
                yield inside if inside in FILES else ".".join(base)


INSIDE = [name for name in FILES if "." in name or name in WINGS]


@pytest.mark.parametrize("name", INSIDE)
def test_imports_go_one_way(name):
    """A file imports from its own wing, from the ground, and from the wings that it may know."""
    wing = name.partition(".")[0]
    known = {wing, *WINGS[wing].split(), *GROUND}
    for imported in _imports(name):
        assert imported.partition(".")[0] in known, f"{name} imports {imported}"
        there = ONLY.get((wing, imported.partition(".")[0]), imported)
        assert imported == there, f"{name} imports {imported}, and should {there} alone"


def test_a_wing_knows_only_wings_before_it_and_needs_all_of_them():
    """The list above has no circle, and nothing in it that is not used."""
    before = []
    for wing, known in WINGS.items():
        assert set(known.split()) <= set(before), wing
        files = [name for name in INSIDE if name.partition(".")[0] == wing]
        used = {one.partition(".")[0] for name in files for one in _imports(name)}
        assert used - GROUND - {wing} == set(known.split()), wing
        before.append(wing)


def test_no_file_imports_itself_by_way_of_others():
    """Between wings or inside one: a file can be read when those that it imports are known."""
    graph = {name: {one for one in _imports(name) if one != name} for name in FILES}
    assert graphlib.TopologicalSorter(graph).prepare() is None


def test_the_worker_s_side_knows_no_store():
    """Only drivers write."""
    names = "messages executor child piped process worker local ray ray_job ray_node"
    for name in names.split():
        assert not any(one.startswith("store") for one in _imports(f"running.{name}"))


def test_the_wings_are_the_folders():
    """At most five files stand outside; every folder with code says what it is for."""
    assert {path.parent.name for path in ROOT.glob("*/*.py")} == set(WINGS)
    assert len(list(ROOT.glob("*.py"))) <= 5
    for folder in {file.parent for file in FILES.values()}:
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))


def test_the_architecture_shows_the_wings_as_they_are():
    """The picture has them all, the tree has their order and their files."""
    picture, tree = re.findall(r"```\n(.*?)```", ARCHITECTURE, flags=re.DOTALL)[:2]
    assert set(re.findall(r"[a-z]+", picture.partition("\n\n")[0])) == set(WINGS)
    shown, wing = {}, ""
    for line in tree.splitlines():
        named, files = re.fullmatch(r"(?:(\w[\w/]*)/ +| {17})(.*)", line).groups()
        wing = named or wing
        shown.setdefault(wing.replace("/", "."), []).extend(files.split())
    assert [wing for wing in shown if "." not in wing] == list(WINGS)
    inside = chain(*([f"{wing}.{file}" for file in files] for wing, files in shown.items()))
    folders = {_name(file) for file in FILES.values() if file.name == "__init__.py"}
    assert sorted(inside) == sorted(name for name in INSIDE if name not in folders)


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
