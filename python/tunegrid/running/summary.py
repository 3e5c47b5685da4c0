"""What a run of a grid did: as a value, and in sentences."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from ..errors import counted

#: How many reasons are given for failures.
_REASONS = 3


class FailedRunsWarning(UserWarning):
    """Runs that were asked for have failed: tables lack them."""


@dataclass(frozen=True)
class LeftOut:
    """Configurations that cannot be run here, for want of their data set."""

    experiment: str
    dataset: str
    configurations: int
    of: int
    reason: str


@dataclass
class RunSummary:
    """What `run_grid` did.

    Attributes:
        study, protocol, store: what was run, and where it is stored.
        planned: runs asked for; `found` of them were done before.
        done, failed: runs that were trained now; failed ones are stored as such.
        failed_before: runs that failed earlier, or under another driver meanwhile.
        left_out: what could not be run for want of data.
        seconds: wall time.
        keys: of the runs asked for: with them tables hold these and no others.
        failures: what failed runs said, with how many said it.
        doubts: what of the data that was given can hardly be meant, in sentences.
        trained_by: how, in words: optimizer, learning rate, batch, epochs, loss.
    """

    study: str
    protocol: str
    store: Path
    planned: int = 0
    found: int = 0
    done: int = 0
    failed: int = 0
    failed_before: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    seconds: float = 0.0
    keys: tuple[str, ...] = field(default=(), repr=False)
    failures: dict[str, int] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    trained_by: str = ""

    def _repr_html_(self) -> str:
        """Say in a notebook what `describe_summary` says."""
        title = f"{self.study}, protocol {self.protocol}"
        lines = [f"<strong>{escape(title)}</strong>", *map(escape, describe_summary(self))]
        return f"<p>{'<br>'.join(lines)}</p>"


def describe_failures(summary: RunSummary) -> str:
    """Say how many of the runs asked for failed, and why most of them did; nothing without one."""
    count = summary.failed + summary.failed_before
    if not count:
        return ""
    reasons = list(summary.failures.items())
    said = "; ".join(f"{times} × {text}" for text, times in reasons[:_REASONS])
    more = f"; and {len(reasons) - _REASONS} other reasons" if len(reasons) > _REASONS else ""
    of = f"{count} of {counted(summary.planned, 'run')} failed"
    return f"{of}{f': {said}{more}' if said else ''}."


def describe_summary(summary: RunSummary) -> list[str]:
    """Say in lines what `run_grid` did."""
    trained = summary.done + summary.failed
    lines = [
        f"{left.experiment}: {left.configurations} of {left.of} configurations left out, for "
        f"want of {left.dataset}. {left.reason}"
        for left in summary.left_out
    ]
    if summary.failed_before:
        lines.append(
            f"{counted(summary.failed_before, 'run')} failed earlier, not tried again: add "
            f"--retry-failed to do so."
        )
    if summary.failures:
        lines.append(describe_failures(summary))
    lines.append(
        f"{counted(trained, 'run')} trained ({summary.failed} failed), {summary.found} found done, "
        f"in {_duration(summary.seconds)}. Store: {summary.store}"
    )
    if summary.trained_by:
        lines.append(f"Trained by {summary.trained_by} (`tune-grid show` has all settings).")
    return lines


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
