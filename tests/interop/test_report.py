"""A study's report, by a real R."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tunegrid import BridgeError, SpecError, StoreError, import_results, render_report

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "reports" / "results" / "kh2021"
HAS_RMARKDOWN = shutil.which("Rscript") is not None and (
    subprocess.run(
        ["Rscript", "--vanilla", "-e", "stopifnot(rmarkdown::pandoc_available())"],
        capture_output=True, check=False,
    ).returncode == 0
)  # fmt: skip

needs_rmarkdown = pytest.mark.skipif(not HAS_RMARKDOWN, reason="R: no rmarkdown with pandoc")
pytestmark = pytest.mark.needs_r


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with the runs of reports/results."""
    place = tmp_path_factory.mktemp("report") / "store"
    import_results(KEPT, store=place)
    return place


@pytest.fixture(scope="module")
def page(store, tmp_path_factory):
    """The report of kh2021 as a page."""
    if not HAS_RMARKDOWN:
        pytest.skip("R: no rmarkdown with pandoc")
    target = tmp_path_factory.mktemp("page") / "kh2021.html"
    return render_report("kh2021", store=store, output=target).read_text(encoding="utf-8")


def test_the_page_has_the_tables_the_audit_and_the_protocols(page):
    """All of the study's tables, ours beside."""
    for told in ("0.9105", "0.8678", "reported-twice", "as-described", "published_delta_dataset"):
        assert told in page


def test_the_page_needs_no_other_file(page):
    """Its figure is inside, and it fetches nothing."""
    assert "data:image/png;base64" in page
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", page)


@needs_rmarkdown
def test_markdown_has_the_tables_as_kable_prints_them(store, tmp_path, tune_grid):
    """Its cells are those of the command's table."""
    done = tune_grid("report", "kh2021", "--store", store, "--output", "kh2021.md")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "kh2021.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "<style>" not in text
    table = tune_grid("table", "kh2021", "--experiment", "two-layer", "--store", store).stdout
    cells = [re.sub(r" *\| *", "|", line) for line in text.splitlines()]
    assert [re.sub(r" *\| *", "|", line) for line in table.splitlines()][2] in cells


@needs_rmarkdown
def test_an_exported_folder_is_enough(page, tmp_path):
    """R computes nothing and needs no Python: the page is the same."""
    from_folder = render_report("kh2021", directory=KEPT, output=tmp_path / "kh2021.html")
    assert from_folder.read_text(encoding="utf-8") == page


@needs_rmarkdown
def test_r_alone_renders_an_exported_folder(page, tmp_path):
    """`reports/kh2021.Rmd` with a folder as its parameter, and no Python on the way."""
    render = """
    told <- commandArgs(TRUE)
    rmarkdown::render(
      told[[1]], output_format = "html_document", output_dir = told[[2]],
      intermediates_dir = told[[2]], params = list(directory = told[[3]]), quiet = TRUE
    )"""
    source = shutil.copy(ROOT / "reports" / "kh2021.Rmd", tmp_path)
    subprocess.run(
        ["Rscript", "--vanilla", "-e", render, source, tmp_path, KEPT],
        env={**os.environ, "RETICULATE_PYTHON": "/nonexistent"}, check=True, capture_output=True,
    )  # fmt: skip
    assert (tmp_path / "kh2021.html").read_text(encoding="utf-8") == page


@needs_rmarkdown
def test_any_name_of_a_file_will_do(tmp_path):
    """No shell reads it."""
    name = "a `b` $c 'd' -e ü.md"
    written = render_report("kh2021", directory=KEPT, output=tmp_path / name)
    assert written.name == name
    (figure,) = re.findall(r'src="([^"]+png)"|\(([^)]+png)\)', written.read_text("utf-8"))
    assert (tmp_path / "".join(figure)).is_file()


def test_the_folder_of_another_study_is_refused(tmp_path):
    """It would be reported under a name that is not its own."""
    with pytest.raises(SpecError, match="is an export of kh2021, not of nn-modelling"):
        render_report("nn-modelling", directory=KEPT, output=tmp_path / "x.html")


def test_another_ending_is_refused(tmp_path):
    """Only pages and markdown."""
    with pytest.raises(SpecError, match=r"ends in \.html or \.md"):
        render_report("kh2021", output=tmp_path / "report.pdf")


def test_a_folder_that_is_no_export_is_refused(tmp_path):
    """It has no manifest."""
    with pytest.raises(SpecError, match="holds no export"):
        render_report("kh2021", directory=tmp_path)


@needs_rmarkdown
def test_an_empty_store_has_nothing_to_report(tmp_path):
    """It says so, and writes nothing."""
    with pytest.raises(StoreError, match="no runs of kh2021"):
        render_report("kh2021", store=tmp_path / "none", output=tmp_path / "kh2021.html")
    assert not (tmp_path / "kh2021.html").exists()


def test_without_r_it_says_what_to_install(tmp_path, monkeypatch):
    """In a sentence."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BridgeError, match="made by R"):
        render_report("kh2021", directory=KEPT, output=tmp_path / "kh2021.html")
