"""Precisions: what they are to Keras, and whether this processor has them."""

from collections.abc import Mapping
from pathlib import Path

from ..errors import RunError

#: Keras's policies by precision: with the mixed one, weights, optimizer and loss stay float32.
POLICIES: Mapping[str, str] = {"float32": "float32", "bfloat16": "mixed_bfloat16"}

_CPUINFO = Path("/proc/cpuinfo")
_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # the last one is ARM's


def check_precision(precision: str) -> None:
    """Refuse a precision that this processor would have to imitate, slowly.

    Where the system does not say what its processor has (all but Linux), nothing is refused.

    Raises:
        RunError: for bfloat16 on a processor without it.
    """
    if precision == "float32":
        return
    try:
        lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    named = (line.partition(":")[2].split() for line in lines if line[:5] in ("flags", "Featu"))
    if not _FLAGS & set().union(*named):
        raise RunError(
            f"This processor has no arithmetic for precision = {precision} ("
            f"{', '.join(sorted(_FLAGS))}): leave the precision at float32."
        )
