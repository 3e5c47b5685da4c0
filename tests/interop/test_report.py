"""A study's report, by a real R."""

import base64
import contextlib
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

#: Something that draws SVG for LaTeX.
CAN_DRAW = shutil.which("rsvg-convert") is not None or (
    HAS_RMARKDOWN
    and subprocess.run(
        ["Rscript", "--vanilla", "-e", "stopifnot(requireNamespace('rsvg'))"],
        capture_output=True, check=False,
    ).returncode == 0
)  # fmt: skip

needs_latex = pytest.mark.skipif(
    not (HAS_RMARKDOWN and shutil.which("xelatex")), reason="LaTeX: no xelatex"
)
needs_rmarkdown = pytest.mark.skipif(not HAS_RMARKDOWN, reason="R: no rmarkdown with pandoc")
pytestmark = pytest.mark.needs_r


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with the runs of reports/results."""
    place = tmp_path_factory.mktemp("report") / "store"
    for folder in sorted(KEPT.parent.iterdir()):
        import_results(folder, store=place)
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


def test_the_page_says_who_would_win_and_what_one_change_does(page):
    """With intervals, and how far that explains what was published."""
    for told in (
        "Were the study run again with one run of each of 65 configurations",
        "What changing one thing alone does to our accuracy",
        "scaling: none to unit",
        "Best-tuned CNN: published is 0.9063",
    ):
        assert told in page


def test_the_page_needs_no_other_file(page, fashion_mnist):
    """Its figures are inside, two of them by the labels of the images, and it fetches nothing."""
    assert len(fashion_mnist.y_test)
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)  # a library builds links
    assert own.count("data:image/svg+xml;base64") == 8
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
def test_an_exported_folder_is_enough(page, fashion_mnist, tmp_path):
    """R computes nothing and needs no Python: the page is the same, where labels are too."""
    assert len(fashion_mnist.y_test)
    from_folder = render_report("kh2021", directory=KEPT, output=tmp_path / "kh2021.html")
    assert from_folder.read_text(encoding="utf-8") == page


@needs_rmarkdown
def test_r_alone_renders_an_exported_folder(page, fashion_mnist, tmp_path):
    """`reports/templates` with a folder as their parameter, and no Python on the way."""
    assert len(fashion_mnist.y_test)
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


@pytest.mark.parametrize(
    ("name", "engine", "said"),
    [
        ("report.docx", "rmarkdown", r"ends in \.html, \.md, \.pdf or \.tex, not as report\.docx"),
        ("report.pdf", "word", "no engine 'word': choose from rmarkdown, quarto"),
        ("report.md", "quarto", r"Quarto makes \.html and \.pdf"),
    ],
)
def test_another_ending_or_engine_is_refused(tmp_path, name, engine, said):
    """Before anything is done."""
    with pytest.raises(SpecError, match=said):
        render_report("kh2021", output=tmp_path / name, engine=engine)


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
    assert not re.search(r"(?<!\\)\$x", written.read_text("utf-8"))


def test_every_format_reads_as_little_into_a_text():
    """By either engine: the extensions of pandoc's that are off are the same."""
    texts = [(ROOT / "reports" / "templates" / name).read_text("utf-8")
             for name in ("_output.yml", "quarto.yml")]  # fmt: skip
    off = re.findall(r"(?:md_extensions: |from: markdown)(-raw_html\S+)", "".join(texts))
    assert len(off) == 4
    assert len({one.removesuffix("-smart") for one in off}) == 1


#: How LaTeX writes characters that are its own.
WRITTEN = {r"\textbackslash", r"\textbar", r"\textgreater", r"\textless"}


def commands(file):
    """Give the names of the commands in the body of a source of LaTeX's."""
    return set(re.findall(r"\\[A-Za-z]+", file.read_text("utf-8").partition("{document}")[2]))


@needs_rmarkdown
def test_texts_of_others_are_texts_in_latex(hostile, tmp_path):
    """Whatever they say, LaTeX is told to do no more than in the report as it is."""
    written = render_report("kh2021", directory=hostile, output=tmp_path / "x.tex")
    plain = render_report("kh2021", directory=KEPT, output=tmp_path / "plain.tex")
    assert commands(written) - commands(plain) <= WRITTEN
    text = written.read_text("utf-8")
    assert not re.search(r"\\(?:input|include|write|openin|def|catcode|href)\b", text[text.index(
        r"\begin{document}"):])  # fmt: skip
    assert r"\textless script\textgreater" in text or r"\textless b\textgreater" in text


@needs_latex
def test_texts_of_others_are_texts_on_paper(hostile, tmp_path):
    """As they are, with every quotation mark."""
    written = render_report("kh2021", directory=hostile, output=tmp_path / "x.pdf")
    assert written.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):
        read = subprocess.run(["pdftotext", written, "-"], capture_output=True, check=True).stdout
        text = " ".join(read.decode("utf-8").split())
        told = (
            '<script>alert(1)</script> `r 1+1` \\input{/etc/passwd} ![x](/etc/passwd) $x$ | & "q"'
        )
        assert told in text or "[o](javascript:alert(1)) <b>" in text
        assert "root:x:0" not in text


@needs_latex
def test_on_paper_no_line_runs_over_the_page(tmp_path):
    """LaTeX warns of each that does."""
    source = render_report("kh2021", directory=KEPT, output=tmp_path / "x.tex")
    subprocess.run(["xelatex", "-interaction=batchmode", source.name], cwd=tmp_path, check=False,
                   capture_output=True)  # fmt: skip
    log = source.with_suffix(".log").read_text("utf-8", errors="replace")
    assert "Output written on x.pdf" in log.replace("\n", "")
    assert [float(over) for over in re.findall(r"Overfull .hbox .(\d+\.\d+)pt", log)] == []
    assert "Missing character" not in log


@needs_rmarkdown
def test_the_source_of_latex_has_its_figures_beside(tmp_path):
    """So that it can be set elsewhere."""
    written = render_report("kh2021", directory=KEPT, output=tmp_path / "x.tex")
    figures = re.findall(r"\\includegraphics(?:\[[^]]*\])?\{([^}]+)\}", written.read_text("utf-8"))
    there = [file for file in KEPT.glob("figure-as-run-*.svg") if "-pooled-" not in file.name]
    assert len(figures) == (len(there) if CAN_DRAW else 0)
    assert all((tmp_path / figure).is_file() for figure in figures)


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


#: The head of a picture of a million by a million pixels.
LARGE = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + 2 * b"\0\x0f\x42\x40").decode()


@needs_rmarkdown
@pytest.mark.parametrize(
    "more",
    [
        "<script>alert(1)</script>", '<g onload="alert(1)"/>', "<g onload='alert(1)'/>",
        '<use xlink:href="file:///etc/passwd#a"/>', '<image href="data:image/svg+xml;base64,AA"/>',
        '<g style="fill: u&#114;l(http://x)"/>', "<style>@import 'x'</style>",
        "<!-- a --><x:script/><!-- b -->", "<?xml-stylesheet href='x'?>", "<![CDATA[x]]>",
        '<g id="x"><path id="y" d=""/></g><use xlink:href="#x"/>',
        '<pattern id="x"><path style="fill: url(#x)"/></pattern>',
        f'<image href="data:image/png;base64,{LARGE}"/>',
        '<pattern id="x"></pattern><g style="fill: url(#x)"/>', '<path id="x"/><g id="x"/>',
    ],
)  # fmt: skip
def test_a_figure_that_is_not_only_a_drawing_is_left_out(tmp_path, more):
    """What it does would be done where it is opened alone, and without end by references."""

    def change(folder):
        file = folder / "figure-as-run-wins.svg"
        file.write_text(file.read_text("utf-8").replace("</svg>", f"{more}</svg>"), "utf-8")

    folder = forged(tmp_path / "folder", change)
    page = render_report("kh2021", directory=folder, output=tmp_path / "x.md").read_text("utf-8")
    assert page.count("the figure is left out, as its file is not only a drawing") == 1
    assert "figure-as-run-wins.svg" not in {file.name for file in tmp_path.glob("x_files/*")}


@needs_rmarkdown
@pytest.mark.parametrize(
    ("link", "output"),
    [("x.html", "x.html"), ("x_files", "x.md"), ("x_files/figure-as-run-wins.svg", "x.md")],
)
def test_a_link_where_a_report_is_written_is_not_written_through(tmp_path, link, output):
    """Somebody else's folder can have one of any name."""
    mine = tmp_path / "mine"
    mine.mkdir() if link == "x_files" else mine.write_text("mine")
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(mine)
    with contextlib.suppress(SpecError, BridgeError):
        render_report("kh2021", directory=KEPT, output=tmp_path / output)
    assert not any(mine.iterdir()) if mine.is_dir() else mine.read_text() == "mine"


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
    assert "|kh2021 " in text
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
