"""What a report needs and is not here: one sentence that names what to install."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tunegrid import BridgeError, render_report

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "reports" / "results" / "kh2021"

pytestmark = [
    pytest.mark.needs_r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="R: not here"),
]


@pytest.fixture
def without(tmp_path, monkeypatch):
    """Leave some commands out of the path."""

    def leave_out(*names):
        folder = tmp_path / "path"
        folder.mkdir()
        for place in os.environ["PATH"].split(os.pathsep):
            for file in Path(place).iterdir() if Path(place).is_dir() else ():
                if file.name not in names and not (folder / file.name).exists():
                    (folder / file.name).symlink_to(file)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.delenv("RSTUDIO_PANDOC", raising=False)
        return folder

    return leave_out


def refusal(tmp_path, name, **how):
    """Give the sentence by which a report is refused."""
    with pytest.raises(BridgeError) as caught:
        render_report("kh2021", directory=KEPT, output=tmp_path / name, **how)
    assert not (tmp_path / name).exists()
    return str(caught.value)


@pytest.mark.parametrize("name", ["x.html", "x.pdf", "x.tex"])
def test_without_pandoc(without, tmp_path, name):
    """Its package, and what goes without."""
    without("pandoc")
    said = refusal(tmp_path, name)
    assert said.startswith(f"A report in {name} needs pandoc, which is not here: install Debian's")


def test_markdown_goes_without_pandoc_and_latex(without, tmp_path):
    """Knitr alone makes it."""
    without("pandoc", "xelatex", "lualatex", "rsvg-convert")
    written = render_report("kh2021", directory=KEPT, output=tmp_path / "x.md")
    kept = (ROOT / "reports" / "kh2021.md").read_text("utf-8")
    assert written.read_text("utf-8") == kept.replace("kh2021_files/", "x_files/")


def test_without_latex(without, tmp_path):
    """TinyTeX or Debian's packages."""
    without("xelatex", "lualatex", "tlmgr")
    said = refusal(tmp_path, "x.pdf")
    assert "tinytex::install_tinytex()" in said
    assert "texlive-xetex" in said
    assert "\n" not in said


def test_without_quarto(without, tmp_path):
    """It is named, and so is what goes without."""
    without("quarto")
    assert "install Quarto, or leave the engine out" in refusal(tmp_path, "x.html", engine="quarto")


def test_without_r(without, tmp_path):
    """Its package."""
    without("Rscript")
    said = refusal(tmp_path, "x.html")
    assert said == "A report is made by R, which is not on the path: install r-base-core."


def test_without_an_r_package(tmp_path, monkeypatch):
    """It is named with the command that installs it."""
    nowhere = str(tmp_path / "nowhere")
    for name in ("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER"):
        monkeypatch.setenv(name, nowhere)
    found = subprocess.run(
        ["Rscript", "--vanilla", "-e", "quit(status = requireNamespace('knitr', quietly = TRUE))"],
        capture_output=True, check=False,
    ).returncode  # fmt: skip
    if found:
        pytest.skip("R: knitr is in the library of R itself")
    said = refusal(tmp_path, "x.html")
    assert 'the R package knitr, which is not here: install.packages("knitr")' in said


def test_figures_that_cannot_be_drawn_are_left_out_aloud(without, tmp_path, monkeypatch):
    """In LaTeX, where nothing draws SVG."""
    without("rsvg-convert")
    shutil.copytree(ROOT / "reports" / "templates", tmp_path / "templates")
    paper = tmp_path / "templates" / "paper.R"
    paper.write_text(
        paper.read_text("utf-8").replace('requireNamespace("rsvg", quietly = TRUE)', "FALSE")
    )
    monkeypatch.setattr("tunegrid.report.render.TEMPLATES", tmp_path / "templates")
    text = render_report("kh2021", directory=KEPT, output=tmp_path / "x.tex").read_text("utf-8")
    assert "includegraphics[" not in text.partition("{document}")[2]
    drawn = [file for file in KEPT.glob("figure-as-run-*.svg") if "-pooled-" not in file.name]
    told = " ".join(text.split()).count("the figure is left out, as nothing here draws SVG")
    assert told == len(drawn)


#: It writes down how it was called, with what it was given, and makes a page.
QUARTO = """#!/bin/sh
printf '%s\\n' "$@" > "$CALLED"
cat params.yml quarto.yml >> "$CALLED"
while [ "$#" -gt 1 ]; do [ "$1" = --output ] && made="$2"; shift; done
echo '<p>by quarto</p>' > "$made"
"""


def test_quarto_is_given_the_same_source_as_it_takes_it(tmp_path, monkeypatch):
    """Told by its command: the source, the form, the parameters. Here a stand-in hears it."""
    command = tmp_path / "bin" / "quarto"
    command.parent.mkdir()
    command.write_text(QUARTO)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLED", str(tmp_path / "called"))
    made = render_report("kh2021", directory=KEPT, output=tmp_path / "x.html", engine="quarto")
    assert made.read_text() == "<p>by quarto</p>\n"
    called = (tmp_path / "called").read_text()
    assert called.startswith("render\nstudy.Rmd\n--to\nhtml\n--output\nx.html\n--metadata-file\n")
    assert 'directory: "' in called
    assert "from: markdown-raw_html-raw_tex" in called


def test_quarto_is_given_a_project_that_is_its_own(tmp_path, monkeypatch):
    """It takes the first one in a folder above, and runs what that says."""
    command = tmp_path / "bin" / "quarto"
    command.parent.mkdir()
    command.write_text(QUARTO.replace("params.yml quarto.yml", "_quarto.yml"))
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLED", str(tmp_path / "called"))
    render_report("kh2021", directory=KEPT, output=tmp_path / "x.html", engine="quarto")
    assert (tmp_path / "called").read_text().endswith("project:\n  type: default\n")


def test_the_parts_stand_in_a_page_of_one_s_own(tmp_path):
    """The example of the help, with the parts where Quarto would include them."""
    help_text = (ROOT / "R" / "render-report.R").read_text("utf-8").replace("#' ", "")
    page = help_text.partition("````\n")[2].partition("````\n")[0].replace("#'\n", "\n")
    shutil.copytree(ROOT / "reports" / "templates", tmp_path / "_parts")
    shutil.copytree(KEPT, tmp_path / "results" / "kh2021")
    pieces = re.split(r"\{\{< include (.+?) >\}\}", page)
    assert len(pieces) == 5
    pieces[1::2] = [(tmp_path / name).read_text("utf-8") for name in pieces[1::2]]
    (tmp_path / "own.Rmd").write_text("".join(pieces), "utf-8")
    subprocess.run(
        ["Rscript", "--vanilla", "-e",
         "rmarkdown::render('own.Rmd', 'html_document', quiet = TRUE, knit_root_dir = getwd())"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    made = (tmp_path / "own.html").read_text("utf-8")
    assert "What survives of kh2021" in made
    assert "0.9105" in made
    assert "{{&lt;" not in made
