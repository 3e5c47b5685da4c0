"""A study's report: its tables beside ours, its audit and a figure, by R Markdown."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ..errors import BridgeError, SpecError, StoreError, quoted
from ..machine.files import as_path
from ..machine.outside import MIB, check_no_link, inside, read_outside
from ..store.store import Store, find_study
from ..study.study import Study
from .export import export_results
from .export_form import MANIFEST, read_manifest, verified_manifest

TEMPLATES = Path(__file__).parent / "templates"

#: The most bytes of a table or a figure that a report reads.
_MOST = 256 * MIB

#: How files begin that gzip, bzip2, xz and others have packed.
_PACKED = (b"\x1f\x8b", b"BZ", b"\xfd7", b"]\x00", b"PK", b"\xffL", b"\x28\xb5")

#: What a report can be.
FORMATS = (".html", ".md", ".pdf", ".tex")

#: What makes HTML and PDF of the source; markdown is knitr's alone, LaTeX pandoc's.
ENGINES = ("rmarkdown", "quarto")

_MISSING = 3  # how R ends where it lacks something, which it has named

_RENDER = f"""
told <- commandArgs(TRUE)
source(file.path(told[[1]], "render.R"))
missing <- missing_for(told[[4]], told[[6]])
if (!is.null(missing)) {{
  cat(missing, file = stderr())
  quit(status = {_MISSING})
}}
render_template(told[[1]], told[[2]], list(directory = told[[3]]), told[[4]], told[[5]], told[[6]])
"""


def render_report(
    study: str | Path | Study | None = None,
    *,
    output: str | Path | None = None,
    store: str | Path | None = None,
    directory: str | Path | None = None,
    engine: str = "rmarkdown",
) -> Path:
    """Write a study's report, or one page over all studies that there are runs of.

    R reads the tables of an exported folder and computes nothing. It runs in a process of its own:
    one that R and Python share cannot always end in peace.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`; None for the
            overview.
        output: `.html` for a page that needs no other file, `.md` for markdown, `.pdf` where LaTeX
            is, `.tex` for its source; ID.html (or overview.html) by default. Beside `.md` and
            `.tex` the figures come in a folder.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        directory: an exported folder to read in place of a store; for the overview a folder of
            exported folders.
        engine: `rmarkdown`, or `quarto` to have HTML and PDF made by Quarto of the same source
            (experimental: tried with a stand-in for Quarto only).

    Returns:
        The file that was written.

    Raises:
        SpecError: for another ending or engine.
        StoreError: when there is nothing to report.
        BridgeError: naming what to install, when R, one of its packages, pandoc, LaTeX or Quarto is
            not here; or when R fails.
    """
    found = None if study is None else find_study(study, store=store)
    name = "overview" if found is None else found.id
    target = as_path(output or f"{name}.html", "output", "the path of a file").absolute()
    _check_form(target, engine)
    check_no_link(target, SpecError)  # one that lies here would have any file overwritten
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
        _render(program, (TEMPLATES, template, folder, target, Path(scratch) / "render", engine))
    return target


def _check_form(target: Path, engine: str) -> None:
    """Refuse an ending and an engine that there is not, before any work is done."""
    ending = target.suffix.lower()
    if ending not in FORMATS:
        *most, last = FORMATS
        raise SpecError(f"A report ends in {', '.join(most)} or {last}, not as {target.name} does.")
    if engine not in ENGINES:
        raise SpecError(f"There is no engine '{quoted(engine)}': choose from {', '.join(ENGINES)}.")
    if engine == "quarto" and ending not in (".html", ".pdf"):
        raise SpecError(f"Quarto makes .html and .pdf: leave the engine out for {target.name}.")


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


def _render(program: str, told: Sequence[object]) -> None:
    target = Path(told[3])
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [program, "--vanilla", "-e", _RENDER, *map(str, told)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == _MISSING:
        raise BridgeError(done.stderr.strip())
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
