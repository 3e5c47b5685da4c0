"""Which settings mean something beside others: architectures and optimizers have their own."""

from collections.abc import Mapping

from ..architectures import ARCHITECTURES
from .settings import NAMES, OPTIMIZERS

#: The settings that are parameters of some architecture or optimizer.
PARAMETERS = frozenset(
    name
    for group in (*(known.parameters for known in ARCHITECTURES.values()), *OPTIMIZERS.values())
    for name in group
)


def means_something(name: str, settings: Mapping[str, object]) -> bool:
    """Say whether a setting decides anything of a run with these settings.

    Architectures ignore each other's parameters, and so do optimizers; what is no setting at all
    decides nothing.
    """
    architecture = ARCHITECTURES.get(str(settings.get("architecture")))
    known = set(architecture.parameters if architecture else ()) | set(
        OPTIMIZERS.get(str(settings.get("optimizer")), ())
    )
    return name in known or (name in NAMES and name not in PARAMETERS)
