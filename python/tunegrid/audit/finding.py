"""What an audit finds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .evidence import Evidence
from .precision import is_cut_off

Gravity = Literal["overturns", "discrepancy", "note"]

#: The gravest first. `overturns`: a claim of the study rests on it. `discrepancy`: two numbers, or
#: a number and what it describes, cannot both be right. `note`: no claim and no result depends
#: on it, or it is how a number was chosen.
GRAVITIES: tuple[Gravity, ...] = ("overturns", "discrepancy", "note")


@dataclass(frozen=True)
class Finding:
    """Something in a study that cannot be true beside something else in it.

    Attributes:
        where: in the source.
        stated: what stands there.
        expected: what follows from the rest.
        message: all of that in a sentence or two.
        gravity: one of `GRAVITIES`.
    """

    where: str
    stated: str
    expected: str
    message: str
    gravity: Gravity = "discrepancy"


def weigh(stated: float, others: Iterable[float]) -> tuple[str, Gravity]:
    """Weigh a number that does not agree with what it should be.

    Returns:
        How a sentence about both ends, and its gravity: a number of which the last decimals were
        cut off instead of rounded is a note, any other a discrepancy.
    """
    if any(is_cut_off(stated, other) for other in others):
        return ", of which the last decimals were cut off and not rounded.", "note"
    return ".", "discrepancy"


#: A rule looks at a study and says what does not hold.
Rule = Callable[[Evidence], Iterator[Finding]]
