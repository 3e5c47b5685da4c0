"""A study's report, by a real R."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
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
    """Its figures are inside, and it fetches nothing."""
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)  # a library builds links
    assert own.count("data:image/svg+xml;base64") == 5
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", own)


def test_the_page_is_small_and_every_picture_has_a_text(page):
    """Under 3 MB; what a picture shows can be read out."""
    assert len(page.encode()) < 3e6
    pictures = re.findall(r"<img [^>]*>", page)
    assert pictures
    assert all(re.search(r'alt="[^"]{40,}"', picture) for picture in pictures)


@needs_rmarkdown
def test_markdown_has_the_tables_as_kable_prints_them(store, tmp_path, tune_grid):
    """Byte for byte as the command prints them."""
    done = tune_grid("report", "kh2021", "--store", store, "--output", "kh2021.md")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "kh2021.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "<style>" not in text
    table = tune_grid("table", "kh2021", "--experiment", "two-layer", "--store", store).stdout
    assert table in text


@needs_rmarkdown
def test_an_exported_folder_is_enough(page, tmp_path):
    """R computes nothing and needs no Python: the page is the same."""
    from_folder = render_report("kh2021", directory=KEPT, output=tmp_path / "kh2021.html")
    assert from_folder.read_text(encoding="utf-8") == page


@needs_rmarkdown
def test_r_alone_renders_an_exported_folder(page, tmp_path):
    """`reports/templates` with a folder as their parameter, and no Python on the way."""
    render = """
    told <- commandArgs(TRUE)
    rmarkdown::render(
      told[[1]], output_file = "kh2021.html", params = list(directory = told[[2]]), quiet = TRUE
    )"""
    templates = shutil.copytree(ROOT / "reports" / "templates", tmp_path / "templates")
    subprocess.run(
        ["Rscript", "--vanilla", "-e", render, templates / "study.Rmd", KEPT],
        env={**os.environ, "RETICULATE_PYTHON": "/nonexistent"}, check=True, capture_output=True,
    )  # fmt: skip
    assert (templates / "kh2021.html").read_text(encoding="utf-8") == page


@needs_rmarkdown
def test_any_name_of_a_file_will_do(tmp_path):
    """No shell reads it."""
    name = "a `b` $c 'd' -e ü.md"
    written = render_report("kh2021", directory=KEPT, output=tmp_path / name)
    assert written.name == name
    figures = re.findall(r"\(([^)]+svg)\)", written.read_text("utf-8"))
    assert figures
    assert all((tmp_path / figure).is_file() for figure in figures)


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


HOSTILE = '<script>alert(1)</script> `r 1+1` \\input{/etc/passwd} ![x](/etc/passwd) $x$ | & "q"'

#: It would end a block of HTML, and begin markdown of its own.
BREAK = "x\n```\n\n![i](/etc/passwd){onerror=alert(1)} [o](javascript:alert(1)) <b>\n\n```{=html}\n"

#: A tag that does something, or leads to a file.
ALIVE = re.compile(r"""<[a-z][^>]* (?:on[a-z]+=|(?:src|href)="(?:javascript:|/etc/))""")

#: What a hostile export would put where its texts are shown.
TEXTS = {
    "results-as-run.csv": ("departures",),
    "protocols.csv": ("title",),
    "about.csv": ("title", "about", "source"),
    "claims-as-run.csv": ("text", "sentence"),
    "audit.csv": ("message",),
    "dictionary.csv": ("meaning",),
}


@pytest.fixture(params=[HOSTILE, BREAK], ids=["markup", "line ends"])
def hostile(tmp_path, request):
    """A folder whose every text is an attack; its digests are those of what is in it."""
    folder = tmp_path / "hostile"
    shutil.copytree(KEPT, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name, columns in TEXTS.items():
        table = pd.read_csv(folder / name, keep_default_na=False, dtype=str)
        table[list(columns)] = request.param
        table.to_csv(folder / name, index=False)
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    return folder


@needs_rmarkdown
def test_texts_of_others_are_texts_on_the_page(hostile, tmp_path):
    """Nothing runs, nothing is fetched, nothing is evaluated."""
    page = render_report("kh2021", directory=hostile, output=tmp_path / "x.html").read_text("utf-8")
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt; `r 1+1` \\input{/etc/passwd}" in page
        or "x ```" in page
    )
    assert "<script>alert" not in page
    assert "root:x:0" not in page
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)=["'](?!data:image/svg|#)""", own)
    assert not ALIVE.search(own)


@needs_rmarkdown
def test_texts_of_others_are_texts_in_markdown(hostile, tmp_path):
    """As a reader of markdown sees them, they are what they were."""
    written = render_report("kh2021", directory=hostile, output=tmp_path / "x.md")
    shown = subprocess.run(
        ["pandoc", "--wrap", "none", "--from", "gfm", "--to", "html", written],
        capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    assert not ALIVE.search(shown)
    assert "<script" not in shown
    assert '/etc/passwd"' not in shown


def forged(folder, change):
    """A copy of the kept export, changed and signed again."""
    shutil.copytree(KEPT, folder)
    change(folder)
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != "manifest.json"
    }
    manifest = {"format": 1, "study": "kh2021", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    return folder


@needs_rmarkdown
def test_a_protocol_s_name_is_no_markup_in_a_link(tmp_path):
    """Names of figures are made of it, and markdown links to these."""
    name = "x)<img src=y onerror=alert(1)>[o](javascript:alert(1)"

    def change(folder):
        for path in folder.glob("*as-run[.-]*"):
            path.rename(folder / path.name.replace("as-run", name))
        for file in ("about", "dictionary", "protocols"):
            text = (folder / f"{file}.csv").read_text("utf-8")
            (folder / f"{file}.csv").write_text(text.replace("as-run", name), "utf-8")

    folder = forged(tmp_path / "folder", change)
    text = render_report("kh2021", directory=folder, output=tmp_path / "x.md").read_text("utf-8")
    assert "\\<img src=y" in text
    assert not re.search(r"(?<!\\)<img|(?<!\\)\]\(javascript", text)


@needs_rmarkdown
def test_a_column_called_as_an_argument_of_paste_is_a_column(tmp_path):
    """Labels are whatever their study calls them; rows still meet."""

    def change(folder):
        for path in folder.glob("*.csv"):
            text = path.read_text("utf-8")
            if re.match("experiment,.*layer1|study,protocol,experiment,.*layer1", text):
                path.write_text(text.replace("layer1", "sep", 1).replace("kernel", "collapse", 1))

    folder = forged(tmp_path / "folder", change)
    page = render_report("kh2021", directory=folder, output=tmp_path / "x.html").read_text("utf-8")
    assert "> sep <" in page


@needs_rmarkdown
@pytest.mark.parametrize("ending", ["html", "md"])
def test_tables_that_do_not_fit_are_one_sentence(tmp_path, ending):
    """And no report with R's errors in it."""
    folder = forged(tmp_path / "folder", lambda one: (one / "about.csv").write_text("id\nkh2021\n"))
    with pytest.raises(BridgeError, match="R could not make the report"):
        render_report("kh2021", directory=folder, output=tmp_path / f"x.{ending}")


@needs_rmarkdown
def test_without_a_study_there_is_one_page_over_all(store, tmp_path, tune_grid):
    """A row a study, and its claims with their verdicts."""
    done = tune_grid("report", "--store", store, "--output", "all.md")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "all.md").read_text("utf-8")
    assert "|kh2021 |" in text
    assert "Two-layer models are more accurate than one-layer models, on average." in text


@needs_rmarkdown
def test_a_folder_of_exported_folders_is_enough_for_the_overview(store, tmp_path):
    """The page is the same."""
    from_folder = render_report(directory=KEPT.parent, output=tmp_path / "a.html").read_bytes()
    assert from_folder == render_report(store=store, output=tmp_path / "b.html").read_bytes()


@pytest.mark.parametrize("how", [{"directory": "."}, {"store": "none"}])
def test_where_nothing_is_the_overview_is_one_sentence(tmp_path, monkeypatch, how):
    """No folder, no run."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises((SpecError, StoreError), match=r"holds no exp|has no runs"):
        render_report(output=tmp_path / "all.html", **how)


@needs_rmarkdown
@pytest.mark.parametrize("name", ["figure-as-run-curves.svg", "audit.csv"])
def test_a_report_reads_no_link_no_pipe_and_nothing_that_was_changed(tmp_path, name):
    """Only what the manifest lists, as it was exported, in the folder itself."""
    folder = shutil.copytree(KEPT, tmp_path / "folder")
    for spoil in (lambda file: file.write_bytes(b"changed"), os.mkfifo,
                  lambda file: file.symlink_to("/etc/hostname")):  # fmt: skip
        (folder / name).unlink(missing_ok=True)
        spoil(folder / name)
        with pytest.raises(StoreError, match=r"SHA-256 differs|regular file|symbolic link|missing"):
            render_report("kh2021", directory=folder, output=tmp_path / "x.html")


@needs_rmarkdown
@pytest.mark.parametrize(("name", "how"), [("kh2021", {"study": "kh2021", "directory": KEPT}),
                                           ("overview", {"directory": KEPT.parent})])  # fmt: skip
def test_the_reports_that_the_project_keeps_are_those_of_its_runs(name, how, tmp_path):
    """`make reports` makes them again."""
    made = render_report(output=tmp_path / f"{name}.md", **how)
    assert made.read_bytes() == (ROOT / "reports" / f"{name}.md").read_bytes()
