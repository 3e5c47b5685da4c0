"""One converter for rpy2, to be used as a context: frames go both ways with their types."""

import functools
from typing import TYPE_CHECKING

import pandas as pd

from .from_r import from_r
from .session import robjects
from .to_r import to_r

if TYPE_CHECKING:
    from rpy2.robjects.conversion import Converter


@functools.cache
def converter() -> "Converter":
    """Give rpy2's default rules, with ours for pandas frames and R data frames.

    Use it as `with converter().context(): ...`; nothing outside of the block is converted.

    Raises:
        BridgeError: when R or rpy2 is not here.
    """
    default = robjects().default_converter
    from rpy2.rinterface import ListSexpVector
    from rpy2.robjects.conversion import Converter

    found = Converter("tunegrid", template=default)
    found.py2rpy.register(pd.DataFrame)(to_r)
    plain = found.rpy2py.dispatch(ListSexpVector)

    @found.rpy2py.register(ListSexpVector)
    def _(vector: ListSexpVector) -> object:
        classes = tuple(getattr(vector, "rclass", ()))
        return from_r(robjects().DataFrame(vector)) if "data.frame" in classes else plain(vector)

    return found
