"""Pictures of what came out: vector graphics with a text that says what is to be seen."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import SpecError, StoreError
from ..machine.files import as_path
from ..machine.outside import check_no_link
from ..results.published import MOST_IN_MATRIX
from ..store.store import find_study
from ..study.study import Study
from .drawings.canvas import Drawn, styled
from .drawings.claims import claims
from .drawings.confusion import confusion
from .drawings.curves import curves
from .drawings.factors import factors
from .drawings.images import images
from .drawings.published import published
from .drawings.sweeps import sweeps
from .drawings.time import time
from .drawings.wins import wins
from .frames import Frames

#: The figures, by name, in the order of a report.
FIGURES: Mapping[str, Callable[[Frames], Drawn | None]] = {
    "claims": claims,
    "wins": wins,
    "published": published,
    "sweeps": sweeps,
    "factors": factors,
    "curves": curves,
    "confusion": confusion,
    "images": images,
    "time": time,
}

ENDINGS = (".svg", ".png", ".pdf")

#: Why there can be nothing to draw of runs that are done.
_MISSING = {
    "claims": "no claim of it could be judged",
    "wins": "fewer than two configurations have runs that say how far seeds lie apart",
    "published": "nothing was published of the configurations that have runs",
    "sweeps": "no experiment with runs changes one number step by step",
    "factors": "the configurations with runs differ in nothing",
    "confusion": "the labels of the test images are not on this machine (set TUNEGRID_DATA), or of "
    f"more than {MOST_IN_MATRIX} classes",
    "images": "it takes two runs, and the labels of the test images (set TUNEGRID_DATA)",
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
            run), `claims` (by how much each claim holds), `wins` (who would be on top, were the
            study run again with one run of each configuration), `sweeps` (experiments that change
            one number step by step), `factors` (a panel for each column of the grid), `curves`
            (accuracy after each epoch, median and middle half of the runs), `confusion` (our
            confusion matrix beside the printed one, or that of our best configuration), `images`
            (how many test images no run, some and every run gets wrong) or `time` (seconds
            against accuracy).
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
    check_no_link(target, SpecError)  # one that lies here would have any file overwritten
    frames = Frames(found, protocol=protocol, store=store)
    drawn = draw(frames, kind)
    if drawn is None:
        raise StoreError(
            f"There is nothing of {found.id}, protocol {frames.protocol}, to draw as '{kind}': "
            f"{'no run is done' if frames.done.empty else _MISSING.get(kind, 'it has none')}."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file_of(drawn, target.suffix.lower()))
    return target


def can_draw() -> bool:
    """Say whether matplotlib is here."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def draw(frames: Frames, kind: str) -> Drawn | None:
    """Draw a figure; None where there is nothing to draw.

    Raises:
        SpecError: where matplotlib is not installed.
    """
    if not can_draw():
        raise SpecError("Figures are drawn by matplotlib: pip install 'tunegrid[plots]'.")
    with styled():
        return FIGURES[kind](frames)


def figures(found: Sequence[Frames]) -> Iterator[tuple[str, bytes, str]]:
    """Draw all figures in which there is something to be seen; none without matplotlib.

    Args:
        found: of a study, by protocol.

    Returns:
        The names of their files, `figure-PROTOCOL-KIND.svg`; their content; what each shows: a
        title, and behind a colon what a reader who does not see it must know.
    """
    if not can_draw():
        return
    for frames in found:
        for kind in FIGURES:
            drawn = draw(frames, kind)
            if drawn is not None:
                name = f"figure-{frames.protocol}-{kind}.svg"
                yield name, file_of(drawn), f"{drawn.title}: {drawn.alt}"


def file_of(drawn: Drawn, ending: str = ".svg") -> bytes:
    """Give a figure as the content of a file of one of `ENDINGS`; of one frame always the same."""
    content = io.BytesIO()
    date = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}[ending]
    with styled():
        drawn.figure.savefig(content, format=ending[1:], metadata=date, bbox_inches="tight")
    return content.getvalue()
