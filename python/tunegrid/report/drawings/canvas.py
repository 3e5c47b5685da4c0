"""What all figures share: their looks, and the text that goes with each."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...machine.elsewhere import import_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours that people who see few colours tell apart too, dark enough for lines.
#: Source: Okabe and Ito, Color Universal Design, 2008; its yellow is left out.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKS = ("o", "^", "s", "D", "v", "P", "X")
FAINT = "#555555"

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


@dataclass(frozen=True)
class Drawn:
    """A figure with its title and what a reader who does not see it must know."""

    figure: "Figure"
    title: str
    alt: str


def canvas(height: float = 4.5, width: float = 7) -> "Figure":
    """Make a figure without pyplot, which keeps all figures and looks for a screen.

    Args:
        height, width: inches; a page shows 7 of them at the width of a telephone.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def axes(height: float = 4.5) -> "tuple[Figure, Axes]":
    """Make a figure of one panel."""
    figure = canvas(height)
    return figure, figure.add_subplot()


def plain(text: object) -> str:
    """Keep matplotlib from reading a text of the study's as mathematics."""
    return str(text).replace("$", r"\$")


@contextlib.contextmanager
def styled() -> Iterator[None]:
    """Draw as we do, whatever settings there are: those of a folder could call TeX."""
    import_matplotlib()
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]):
        yield
