"""Pictures of what came out: vector graphics with a text that says what is to be seen."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import SpecError, StoreError
from ..machine.elsewhere import elsewhere
from ..machine.files import as_path
from ..store.store import find_study
from ..study.study import Study
from .drawings import FIGURES, Drawn

ENDINGS = (".svg", ".png", ".pdf")

_STYLE = {
    "svg.fonttype": "none",  # letters stay letters: they can be read out, searched and enlarged
    "svg.hashsalt": "tunegrid",  # the same frame gives the same file
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "axes.axisbelow": True,
    "figure.dpi": 150,
}


def plot_figure(
    study: str | Path | Study,
    kind: str,
    *,
    output: str | Path | None = None,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> Path:
    """Draw one of the figures of a study's report.

    Args:
        study: the id of a shipped study, the path of a study.toml, a `Study`, or the name of a
            grid of one's own that the store has.
        kind: `published` (ours against the published accuracies, with 95 % intervals of one more
            run), `claims` (by how much each claim holds), `factors` (a panel for each column of
            the grid), `curves` (accuracy after each epoch, median and middle half of the runs) or
            `time` (seconds against accuracy).
        output: a file that ends in .svg, .png or .pdf; by default ID-KIND.svg.
        protocol: default: the study's own default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        The file that was written.

    Raises:
        SpecError: for what does not exist, another ending, and where matplotlib is not installed.
        StoreError: when there is nothing to draw.
    """
    found = find_study(study, store=store)
    if not isinstance(kind, str) or kind not in FIGURES:
        raise SpecError(f"There is no figure '{kind}': choose from {', '.join(FIGURES)}.")
    target = as_path(output or f"{found.id}-{kind}.svg", "output", "the path of a file")
    if target.suffix.lower() not in ENDINGS:
        raise SpecError(f"A figure ends in {', '.join(ENDINGS)}, not as {target.name} does.")
    drawn = draw(found, kind, protocol=protocol, store=store)
    if drawn is None:
        raise StoreError(
            f"There is no run of {found.id}, protocol {found.pick_protocol(protocol)}, to draw as "
            f"'{kind}'."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file_of(drawn, target.suffix.lower()))
    return target


def can_draw() -> bool:
    """Say whether matplotlib is here."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def draw(
    study: Study, kind: str, *, protocol: str | None, store: str | Path | None
) -> Drawn | None:
    """Draw a figure; None where there is nothing to draw.

    Raises:
        SpecError: where matplotlib is not installed.
    """
    if not can_draw():
        raise SpecError("Figures are drawn by matplotlib: pip install 'tunegrid[plots]'.")
    with _styled():
        return FIGURES[kind](study, protocol, store)


@contextlib.contextmanager
def _styled() -> Iterator[None]:
    """Draw as we do, whatever settings there are: those of a folder could call TeX."""
    with contextlib.nullcontext() if "matplotlib" in sys.modules else elsewhere():
        import matplotlib.style  # which obeys a matplotlibrc of the current folder
    with matplotlib.style.context(["default", _STYLE]):
        yield


def file_of(drawn: Drawn, ending: str = ".svg") -> bytes:
    """Give a figure as the content of a file of one of `ENDINGS`; of one frame always the same."""
    content = io.BytesIO()
    date = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}[ending]
    with _styled():
        drawn.figure.savefig(content, format=ending[1:], metadata=date, bbox_inches="tight")
    return content.getvalue()
