"""A study's report: its tables beside ours, its audit and a figure, by R Markdown."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import BridgeError, SpecError, StoreError
from ..machine.files import as_path
from ..machine.outside import MIB, check_no_link, inside, read_outside
from ..r.verbs import FORMATS
from ..store.store import Store, find_study
from ..study.study import Study
from .export import export_results
from .export_form import MANIFEST, read_manifest, verified_manifest

TEMPLATES = Path(__file__).parent / "templates"

#: The most bytes of a table or a figure that a report reads.
_MOST = 256 * MIB

#: How files begin that gzip, bzip2, xz and others have packed.
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"]\x00\x00", b"PK")

_RENDER = """
told <- commandArgs(TRUE)
source(file.path(told[[1]], "render.R"))
render_template(told[[1]], told[[2]], list(directory = told[[3]]), told[[4]], told[[5]])
"""


def render_report(
    study: str | Path | Study | None = None,
    *,
    output: str | Path | None = None,
    store: str | Path | None = None,
    directory: str | Path | None = None,
) -> Path:
    """Write a study's report, or one page over all studies that there are runs of.

    R reads the tables of an exported folder and computes nothing. It runs in a process of its own:
    one that R and Python share cannot always end in peace.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`; None for the
            overview.
        output: `.html` for a page that needs no other file, `.md` for markdown; ID.html (or
            overview.html) by default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        directory: an exported folder to read in place of a store; for the overview a folder of
            exported folders.

    Returns:
        The file that was written.

    Raises:
        SpecError: for another ending.
        StoreError: when there is nothing to report.
        BridgeError: when R, rmarkdown or pandoc is not here, or R fails.
    """
    found = None if study is None else find_study(study, store=store)
    name = "overview" if found is None else found.id
    target = as_path(output or f"{name}.html", "output", "the path of a file").absolute()
    if target.suffix.lower() not in FORMATS:
        raise SpecError(f"A report ends in {' or '.join(FORMATS)}, not as {target.name} does.")
    given = None if directory is None else as_path(directory, "directory").absolute()
    exported = [] if given is None else _exported(found, given)
    program = shutil.which("Rscript")
    if program is None:
        raise BridgeError("A report is made by R, which is not on the path: install r-base-core.")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "export"
        if exported:
            for number, place in enumerate(exported):
                _take(place, folder if found is not None else folder / f"{number:03}")
        elif found is None:
            _export_all(folder, store)
        else:
            export_results(found, folder, store=store)
        template = "overview.Rmd" if found is None else "study.Rmd"
        _render(program, template, target, folder, Path(scratch))
    return target


def _export_all(folder: Path, store: str | Path | None) -> None:
    """Export every study that a store has runs of, each to a folder of its own."""
    with Store(store) as opened:
        rows = opened.rows(
            "SELECT DISTINCT study FROM plan JOIN run ON run.key = plan.run "
            "WHERE outcome = 'done' ORDER BY study"
        )
        names, place = [row["study"] for row in rows], opened.folder
    if not names:
        raise StoreError(f"The store {place} has no runs to report.")
    folder.mkdir()
    for number, name in enumerate(names):
        export_results(name, folder / f"{number:03}", store=store)


def _render(program: str, template: str, target: Path, folder: Path, scratch: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    told = (TEMPLATES, template, folder, target, scratch / "render")
    done = subprocess.run(
        [program, "--vanilla", "-e", _RENDER, *map(str, told)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[-500:]
        raise BridgeError(f"R could not make the report: {said}")


def _exported(study: Study | None, directory: Path) -> list[Path]:
    """Give a study's exported folder, or without a study all exported folders in a folder."""
    if study is None:
        found = sorted(path.parent for path in directory.glob(f"*/{MANIFEST}"))
        if not found:
            raise SpecError(
                f"{directory} holds no exported folders: tune-grid export writes one, a folder a "
                f"study."
            )
        return found
    if not (directory / MANIFEST).is_file():
        raise SpecError(f"{directory} holds no export: tune-grid export writes one.")
    exported = read_manifest(directory)["study"]
    if exported != study.id:
        raise SpecError(f"{directory} is an export of {exported}, not of {study.id}.")
    return [directory]


def _take(folder: Path, target: Path) -> None:
    """Copy what a folder's manifest lists and a report reads, once it verifies: R reads no more."""
    check_no_link(folder, StoreError)
    manifest = verified_manifest(folder)
    target.mkdir(parents=True)
    for name in (MANIFEST, *manifest["files"]):
        if not name.endswith((".csv", ".svg", ".json")):
            continue
        path = inside(folder, name, error=StoreError)
        content = read_outside(path, limit=_MOST, error=StoreError, links=False)
        if content.startswith(_PACKED):  # which R would unpack without being asked
            raise StoreError(f"{path} is a packed file: get the export again.")
        (target / name).write_bytes(content)
