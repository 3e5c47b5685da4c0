"""The bridge from Python to R, with a real R in a process of its own."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = [
    pytest.mark.needs_r,
    pytest.mark.skipif(shutil.which("R") is None, reason="R: no R on the path"),
    pytest.mark.skipif(find_spec("rpy2") is None, reason="rpy2 is not installed"),
]

FRAME = """
import numpy as np
import pandas as pd
frame = pd.DataFrame({
    "truth": pd.array([True, None, False], dtype="boolean"),
    "whole": pd.array([1, None, -3], dtype="Int64"),
    "real": pd.arrays.FloatingArray(np.array([0.1, np.nan, 2.0]), np.array([False, False, True])),
    "text": pd.array(["007", None, "漢 字"], dtype="string"),
    "level": pd.Categorical(["high", None, "low"], categories=["low", "high"], ordered=True),
    "moment": pd.to_datetime(["2021-03-25 12:34:56.789", None, "1969-07-20 00:00:00.000"])
        .as_unit("us").tz_localize("Europe/Zurich"),
    "lasted": pd.to_timedelta(["90min", None, "1s"]).as_unit("us"),
})
"""


def run_python(script, **environment):
    """Run Python with a bridge of its own, and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_r_starts_without_the_files_of_the_current_folder(tmp_path, monkeypatch):
    """R would run a .Rprofile, and load a .RData; the user's own .Rprofile is run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".Rprofile").write_text("file.create('run')\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".Rprofile").write_text("file.create('home/run')\n")
    run_python("from tunegrid.r import check_bridge; check_bridge()", HOME=str(tmp_path / "home"))
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "home" / "run").exists()


def test_a_frame_is_the_same_after_the_trip():
    """Types, NA against NaN, levels, zones."""
    script = FRAME + (
        "from tunegrid.r import from_r, to_r\n"
        "back = from_r(to_r(frame))\n"
        "pd.testing.assert_frame_equal(back, frame)\n"
        "print(back['real'].isna().tolist(), np.isnan(back['real'].array._data[1]))"
    )
    assert run_python(script).strip().endswith("True")


def test_a_frame_of_r_is_the_same_after_the_trip():
    """`identical()` says so, of every type that a table has."""
    script = """
from tunegrid.r import from_r, to_r
from tunegrid.r.session import robjects
frame = robjects().r('''data.frame(
  a = c(1L, NA, -2147483647L), b = c(0.1, NaN, NA), c = c(TRUE, NA, FALSE),
  d = c("x", NA, "\\u6f22"), e = factor(c("u", NA, "v"), levels = c("v", "u")),
  f = as.POSIXct(c(0.5, NA, 1e9), origin = "1970-01-01", tz = "UTC"))''')
print(robjects().r("identical")(frame, to_r(from_r(frame)))[0])
"""
    assert run_python(script).strip() == "True"


def test_large_whole_numbers_become_doubles():
    """R has none beyond 2^31; keys and seeds go as text."""
    script = """
import pandas as pd
from tunegrid.r import from_r, to_r
print(from_r(to_r(pd.DataFrame({"n": [2**31 - 1, 2**31]})))["n"].tolist())
"""
    assert run_python(script).strip() == "[2147483647.0, 2147483648.0]"


def test_dates_come_back_as_days():
    """R's Date."""
    script = """
import datetime as dt
import pandas as pd
from tunegrid.r import from_r, to_r
days = [dt.date(2021, 3, 25), None, dt.date(1969, 7, 20)]
print(from_r(to_r(pd.DataFrame({"day": days})))["day"].dt.date.tolist()[2])
"""
    assert run_python(script).strip() == str(dt.date(1969, 7, 20))


def test_a_converter_is_a_context_and_no_more():
    """Outside of it, rpy2 does what it always does."""
    script = (
        FRAME
        + """
from tunegrid.r import converter
from tunegrid.r.session import robjects
ro = robjects()
with converter().context():
    ro.globalenv["x"] = frame
    print(type(ro.globalenv["x"]).__module__.partition(".")[0])
print(type(ro.globalenv["x"]).__module__.partition(".")[0])
"""
    )
    assert run_python(script).split() == ["pandas", "rpy2"]


def test_knitr_gives_the_table_that_we_give():
    """The same bytes, for the knitr at hand."""
    script = (
        FRAME
        + """
from tunegrid.knitr import kable
from tunegrid.r import r_kable
part = frame[["truth", "whole", "real", "text"]]
assert r_kable(part, caption="Both") == kable(part, caption="Both"), r_kable(part, caption="Both")
print(r_kable(part, digits=0))
"""
    )
    assert "| NaN|" in run_python(script).replace("  NaN|", " NaN|")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("stop('no way')", "BridgeError: R: Error in eval(ei, envir) : no way"),
        ("5", "SpecError: --grid: grid.R must end in a data frame"),
        ("data.frame()", "SpecError: --grid: the data frame at the end of grid.R has no rows"),
        ("data.frame(a = c(1, NA))", "SpecError: --grid: the data frame at the end of grid.R has"),
        ("x <- (", "unexpected end of input"),
        ("if (TRUE) quit(status = 0)", "R: Error: the script calls quit(): let it end in its"),
    ],
)
def test_a_script_that_gives_no_grid_is_refused(script, said, tmp_path, monkeypatch):
    """With what R says, or what is missing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grid.R").write_text(script, encoding="utf-8")
    call = """
from tunegrid import TunegridError
from tunegrid.r import r_grid
try:
    r_grid("grid.R")
except TunegridError as error:
    print(f"{type(error).__name__}: {error}")
"""
    assert said in run_python(call)


def test_the_command_runs_the_grid_of_an_r_script(fashion_mnist, tmp_path):
    """`expand.grid()`; 16.0 is 16."""
    grid = "expand.grid(layer1 = c(8, 16), layer2 = 16, kernel = 3, layerdense = c(16, 32))"
    (tmp_path / "grid.R").write_text(grid, encoding="utf-8")
    words = ["run", "kh2021", "--experiment", "two-layer", "--grid", "grid.R", "--epochs", "1"]
    command = [sys.executable, "-m", "tunegrid"]
    done = subprocess.run(
        [*command, *words, "--train-size", "256"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    words = ["results", "kh2021", "--any", "--format", "csv"]
    told = subprocess.run(
        [*command, *words], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(",")[3:8] for line in told.splitlines()[1:]]
    assert {(row[0], row[4]) for row in rows} == {
        ("8", "16"), ("16", "16"), ("8", "32"), ("16", "32"),
    }  # fmt: skip


def test_an_r_markdown_file_is_rendered(tmp_path):
    """With its parameters, to markdown."""
    source = tmp_path / "note.Rmd"
    source.write_text("---\nparams:\n  who: nobody\n---\n\nHello, `r params$who`.\n")
    script = f"""
from tunegrid.r import render_rmd
print(render_rmd({str(source)!r}, output={str(tmp_path / "note.md")!r}, params={{"who": "you"}}))
"""
    assert run_python(script).strip() == str(tmp_path / "note.md")
    assert "Hello, you." in (tmp_path / "note.md").read_text()


def test_no_r_is_a_sentence(tmp_path):
    """That says what to install."""
    script = """
from tunegrid import TunegridError
from tunegrid.r import check_bridge
try:
    check_bridge()
except TunegridError as error:
    print(error)
"""
    assert "R is not on the path: install it" in run_python(script, PATH=str(tmp_path))


def test_a_column_of_anything_else_is_named():
    """R has no type for it."""
    script = """
import pandas as pd
from tunegrid import TunegridError
from tunegrid.r import to_r
try:
    to_r(pd.DataFrame({"odd": [{1}, "x"]}))
except TunegridError as error:
    print(error)
"""
    assert "The column odd has values that R has no type for: set, str." in run_python(script)
