"""A study's claims as data: testable statements over its runs, in a small closed vocabulary.

A claim names groups of configurations by conditions and says what must hold between them. What
holds is another module's to say; a claim that no run could test is marked so, with why.
"""

from typing import Annotated, Literal

from pydantic import Field

from .parts import Name, Part, Where

#: What is compared: the study's own accuracy or loss, or the gap between training and
#: validation accuracy after the last epoch.
Measure = Literal["accuracy", "loss", "gap"]
Margin = Annotated[float, Field(ge=0)]


class _Claim(Part):
    """What every claim has: a name, the statement in our words, and where the source makes it."""

    id: Name
    text: str
    source: str

    @property
    def groups(self) -> list[str]:
        """The conditions that the claim is about."""
        names = ("group", "than", "among")
        found = [value for name in names if (value := getattr(self, name, None)) is not None]
        for name in ("first", "second"):
            found += getattr(self, name, ())
        return found


class MeanGreater(_Claim):
    """The mean of `group` is greater than that of `than`."""

    kind: Literal["mean_greater"]
    group: Where
    than: Where
    measure: Measure = "accuracy"


class EveryGreater(_Claim):
    """Each configuration of `group` is greater than each of `than`, by more than `margin`."""

    kind: Literal["every_greater"]
    group: Where
    than: Where
    margin: Margin = 0.0
    measure: Measure = "accuracy"


class Same(_Claim):
    """The means of `group` and `than` differ by no more than `margin`, either way."""

    kind: Literal["same"]
    group: Where
    than: Where
    margin: Margin
    measure: Measure = "accuracy"


class Gain(_Claim):
    """The mean of `group` is that of `than` plus `value`, give or take `margin`."""

    kind: Literal["gain"]
    group: Where
    than: Where
    value: float
    margin: Margin
    measure: Measure = "accuracy"


class AtLeast(_Claim):
    """The mean of each configuration of `group` is at least `value`."""

    kind: Literal["at_least"]
    group: Where
    value: float
    measure: Measure = "accuracy"


class Near(_Claim):
    """The mean of each configuration of `group` is `value`, give or take `margin`."""

    kind: Literal["near"]
    group: Where
    value: float
    margin: Margin
    measure: Measure = "accuracy"


class Within(_Claim):
    """The configurations of `group` lie no more than `margin` apart."""

    kind: Literal["within"]
    group: Where
    margin: Margin
    measure: Measure = "accuracy"


class Ranking(_Claim):
    """The best configurations of `among` are those of `first`, in this order."""

    kind: Literal["ranking"]
    among: Where
    first: tuple[Where, ...] = Field(min_length=1)
    measure: Measure = "accuracy"

    @property
    def groups(self) -> list[str]:
        """The conditions that the claim is about; the best are those among the rest."""
        return [self.among, *(f"({self.among}) and ({one})" for one in self.first)]


class Monotone(_Claim):
    """Over the configurations of `among`, ordered by the column `by`, the measure goes one way."""

    kind: Literal["monotone"]
    among: Where
    by: str
    direction: Literal["rises", "falls"]
    measure: Measure = "accuracy"


class LargerDifference(_Claim):
    """The first of `first` leads its second by more than the first of `second` leads its own."""

    kind: Literal["larger_difference"]
    first: tuple[Where, Where]
    second: tuple[Where, Where]
    measure: Measure = "accuracy"


class LargestShareOfErrors(_Claim):
    """More than half of the errors of `group` are made on test images of these classes."""

    kind: Literal["largest_share_of_errors"]
    group: Where
    classes: tuple[Annotated[int, Field(ge=0, le=9)], ...] = Field(min_length=1)


class OtherConfusions(_Claim):
    """None of the most frequent confusions of `group` is among those of `than`.

    `pairs`: how many of each, a true class and the class that was predicted in its place.
    """

    kind: Literal["other_confusions"]
    group: Where
    than: Where
    pairs: Annotated[int, Field(ge=1, le=100)]


class Untestable(_Claim):
    """No run could tell."""

    kind: Literal["untestable"]
    why: str


Claim = Annotated[
    MeanGreater
    | EveryGreater
    | Same
    | Gain
    | AtLeast
    | Near
    | Within
    | Ranking
    | Monotone
    | LargerDifference
    | LargestShareOfErrors
    | OtherConfusions
    | Untestable,
    Field(discriminator="kind"),
]
