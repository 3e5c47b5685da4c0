"""What differs between versions of knitr, by its NEWS, its sources and its output."""

import re
from dataclasses import dataclass

from ..errors import SpecError

NEWEST = "1.51"
_OLDEST = (1, 42)


@dataclass(frozen=True)
class Knitr:
    """A version of knitr, as questions that the rest of the code asks.

    Args:
        release: its first two numbers.
    """

    release: tuple[int, int]

    @property
    def quotes_escaped(self) -> bool:
        """Whether HTML gets an entity for a double quote; knitr 1.49 leaves that to xfun."""
        return self.release < (1, 49)

    @property
    def row_names_nameable(self) -> bool:
        """Whether `col_names` may name the column of row names too."""
        return self.release >= (1, 44)

    @property
    def escaped_blanks_kept(self) -> bool:
        r"""Whether a blank at the end stays behind a backslash, and \f and \v are blanks too."""
        return self.release >= (1, 46)

    @property
    def rules_repeated(self) -> bool:
        """Whether a rule of NA, as jira's, is repeated over the width of a column."""
        return self.release < (1, 44)

    @property
    def captions_introduced(self) -> bool:
        """Whether `caption_label` is known."""
        return self.release >= (1, 44)

    @property
    def org(self) -> bool:
        """Whether there are org tables at all."""
        return self.release >= (1, 44)

    @property
    def org_alignment(self) -> bool:
        """Whether org tables have cookies of alignment."""
        return self.release >= (1, 50)

    @property
    def nothing_ruled(self) -> bool:
        """Whether a table without rows and names has its rules."""
        return self.release >= (1, 50)

    @property
    def newline(self) -> bool:
        """Whether `newline` is known."""
        return self.release >= (1, 43)


def read_version(version: str | None) -> Knitr:
    """Read a version of knitr; None is the newest that is known here.

    Raises:
        SpecError: for what is no version, or one older than 1.42.
    """
    found = re.match(r"(\d+)\.(\d+)", NEWEST if version is None else str(version))
    if not found:
        raise SpecError(f"knitr_version is {version!r}: give one like '{NEWEST}'.")
    release = int(found[1]), int(found[2])
    if release < _OLDEST:
        raise SpecError(f"knitr {version} is older than 1.42: give 1.42 or a newer version.")
    return Knitr(release)
