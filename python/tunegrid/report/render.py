"""A study's report: its tables beside ours, its audit and a figure, by R Markdown."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import BridgeError, SpecError
from ..machine.files import as_path
from ..r.verbs import FORMATS
from ..store.store import find_study
from ..study.study import Study
from .export import export_results
from .export_form import MANIFEST, read_manifest

SOURCE = Path(__file__).parent / "templates" / "study.Rmd"

_RENDER = """
told <- commandArgs(TRUE)
rmarkdown::render(
  told[[1]], output_format = told[[2]], output_file = basename(told[[3]]),
  output_dir = dirname(told[[3]]), intermediates_dir = told[[5]], knit_root_dir = told[[5]],
  params = list(directory = told[[4]]), envir = new.env(parent = globalenv()), quiet = TRUE
)
"""


def render_report(
    study: str | Path | Study,
    *,
    output: str | Path | None = None,
    store: str | Path | None = None,
    directory: str | Path | None = None,
) -> Path:
    """Write a study's report.

    R reads the tables of an exported folder and computes nothing. It runs in a process of its own:
    one that R and Python share cannot always end in peace.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        output: `.html` for a page that needs no other file, `.md` for markdown; ID.html by
            default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        directory: an exported folder to read in place of a store.

    Returns:
        The file that was written.

    Raises:
        SpecError: for another ending.
        StoreError: when there is nothing to report.
        BridgeError: when R, rmarkdown or pandoc is not here, or R fails.
    """
    found = find_study(study, store=store)
    target = as_path(output or f"{found.id}.html", "output", "the path of a file").absolute()
    if target.suffix.lower() not in FORMATS:
        raise SpecError(f"A report ends in {' or '.join(FORMATS)}, not as {target.name} does.")
    if directory is not None:
        _check_export(found, Path(directory))
    program = shutil.which("Rscript")
    if program is None:
        raise BridgeError("A report is made by R, which is not on the path: install r-base-core.")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "export" if directory is None else Path(directory).absolute()
        if directory is None:
            export_results(found, folder, store=store)
        _render(program, target, folder, Path(scratch))
    return target


def _render(program: str, target: Path, folder: Path, scratch: Path) -> None:
    """Render under a plain name: pandoc is called by a shell, which reads others in its way."""
    stem = re.sub("[^A-Za-z0-9_]", "-", target.stem).lstrip("-") or "report"
    source = Path(shutil.copy(SOURCE, scratch / f"{stem}.Rmd"))
    target.parent.mkdir(parents=True, exist_ok=True)
    ending = target.suffix.lower()
    written = scratch / "out" / f"{stem}{ending}"
    written.parent.mkdir()
    told = (source, FORMATS[ending], written, folder, scratch)
    done = subprocess.run(
        [program, "--vanilla", "-e", _RENDER, *map(str, told)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[-500:]
        raise BridgeError(f"R could not make the report: {said}")
    for figures in written.parent.glob("*_files"):
        shutil.copytree(figures, target.parent / figures.name, dirs_exist_ok=True)
    text = written.read_text(encoding="utf-8").replace(f"{written.parent}/", "")
    target.write_text(text, encoding="utf-8")


def _check_export(study: Study, directory: Path) -> None:
    if not (directory / MANIFEST).is_file():
        raise SpecError(f"{directory} holds no export: tune-grid export writes one.")
    exported = read_manifest(directory)["study"]
    if exported != study.id:
        raise SpecError(f"{directory} is an export of {exported}, not of {study.id}.")
