"""What the tables of a study file have in common: names, conditions, rules, protocols."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..errors import SpecError, mistaken
from .conditions import Condition, check_columns, parse_condition
from .settings import Settings


def _condition(text: str) -> str:
    try:
        parse_condition(text)
    except SpecError as error:
        raise ValueError(str(error)) from None
    return text


Where = Annotated[str, AfterValidator(_condition)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Part(BaseModel):
    """A table of a study file: what is not known in it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class Rule(Part):
    """Settings for the configurations that meet a condition (for all without one)."""

    set: Settings
    where: Where | None = None
    reason: str = ""

    @property
    def condition(self) -> Condition | None:
        """The condition, read."""
        return None if self.where is None else parse_condition(self.where)


class Assumption(Part):
    """A value that the source does not state, and why this one was taken.

    It concerns the protocols, experiments and configurations named; all of them by default.
    """

    key: str
    reason: str
    protocols: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    where: Where | None = None


class Protocol(Part):
    """One way in which the study's runs are made: where it differs from the settings.

    `like`: another protocol, from which it differs by its own differences only.
    """

    title: str
    default: bool = False
    like: Name | None = None
    difference: tuple[Rule, ...] = ()


class DataSource(Part):
    """Where a study's images came from, in its own words or found out later.

    Attributes:
        source: whom it got them from, as `Kaggle`.
        dataset: the data set that these are, by its name here; it need not be on this machine.
        ours: the one that runs of the default protocol use in its place.
        reason: how that is known.
        release: which release, as `2017`; not said by default.
        split: how they were split, if otherwise than by the source.
    """

    source: str
    dataset: str
    ours: str
    reason: str
    release: str | None = None
    split: str | None = None


def split_names(names: str | Sequence[str]) -> list[str]:
    """Give one or more names as a list; one text may hold several with commas.

    >>> split_names("a, b"), split_names(["a,b", "c"])
    (['a', 'b'], ['a', 'b', 'c'])
    """
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, Iterable) or not all(isinstance(name, str) for name in listed):
        raise mistaken("What is asked for by name", "a text, or a list of texts", names)
    return [part.strip() for name in listed for part in name.split(",") if part.strip()]


def known_columns(condition: Condition, known: Collection[str], path: str) -> None:
    """Refuse a condition on other names, with a ValueError that says where it stands."""
    try:
        check_columns(condition, known)
    except SpecError as error:
        raise ValueError(f"{path}: {error}") from None
