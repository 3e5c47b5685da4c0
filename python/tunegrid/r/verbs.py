"""What R is asked for: knitr's kable, the grid of a script, a rendered R Markdown file."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ..errors import BridgeError, SpecError, quoted
from ..study.csvfile import Scalar
from .converter import converter
from .session import called, package, robjects

#: What the endings of a rendered file mean to rmarkdown.
FORMATS = {".html": "html_document", ".md": "md_document"}


def r_kable(df: pd.DataFrame, *, format: str = "pipe", **options: object) -> str:  # noqa: A002
    """Render a frame by knitr's own `kable()`.

    Args:
        df: the frame; its index is not shown.
        format: any that the knitr at hand knows.
        **options: kable's arguments, with `_` for `.`: numbers, texts, truth values.

    Returns:
        The table's lines, joined.

    Raises:
        BridgeError: when R, rpy2 or knitr is not here, or R refuses.
    """
    knitr = package("knitr")
    named = {name.replace("_", "."): value for name, value in options.items()}
    with converter().context():
        return "\n".join(map(str, called(knitr.kable, df, format=format, **named)))


# quit() would end this process with R, and nobody would be told.
_SOURCE = """
function(file) {
  place <- new.env()
  place$quit <- place$q <- function(...) {
    stop("the script calls quit(): let it end in its data frame instead", call. = FALSE)
  }
  source(file, local = place, echo = FALSE)$value
}
"""


def r_grid(file: str | Path) -> list[dict[str, Scalar]]:
    """Run an R script that ends in a data frame, and give its rows as a grid.

    Raises:
        BridgeError: when R or rpy2 is not here, or the script stops with an error.
        SpecError: when the script does not end in a data frame, or that has no rows or an NA.
    """
    path = Path(file)
    if not path.is_file():
        raise SpecError(f"--grid: {quoted(path)} cannot be read: there is no such file.")
    run = robjects().r(_SOURCE)
    with converter().context():
        frame = called(run, str(path.absolute()))
    if not isinstance(frame, pd.DataFrame):
        raise SpecError(f"--grid: {path} must end in a data frame, as expand.grid() gives one.")
    if frame.empty:
        raise SpecError(f"--grid: the data frame at the end of {path} has no rows.")
    missing = [name for name in frame if frame[name].isna().any()]
    if missing:
        raise SpecError(f"--grid: the data frame at the end of {path} has NA in {missing[0]}.")
    return [dict(row) for row in frame.astype(object).to_dict("records")]


def render_rmd(
    file: str | Path, *, output: str | Path, params: Mapping[str, object] | None = None
) -> Path:
    """Render an R Markdown file, as `rmarkdown::render()` does.

    Args:
        file: the source.
        output: where to; `.html` gives a page that needs no other file, `.md` markdown.
        params: values for the source's parameters.

    Returns:
        The file that was written.

    Raises:
        BridgeError: when R, rpy2, rmarkdown or pandoc is not here, or R refuses.
        SpecError: for another ending, or a source that is not there.
    """
    source, target = Path(file).absolute(), Path(output).absolute()
    if target.suffix not in FORMATS:
        raise SpecError(f"{output} must end in {' or '.join(FORMATS)}.")
    if not source.is_file():
        raise SpecError(f"{file} cannot be rendered: there is no such file.")
    rmarkdown, ro = package("rmarkdown"), robjects()
    if not rmarkdown.pandoc_available()[0]:
        raise BridgeError(
            "rmarkdown needs pandoc, which is not here: on Debian, apt install pandoc."
        )
    called(
        rmarkdown.render,
        str(source),
        output_format=FORMATS[target.suffix],
        output_file=target.name,
        output_dir=str(target.parent),
        params=ro.ListVector(dict(params or {})),
        envir=ro.r("new.env(parent = globalenv())"),
        quiet=True,
    )
    return target
