"""Whether R and Python can exchange a frame here."""

from importlib.metadata import version

from ..errors import BridgeError
from .session import dotted, r_version


def check_bridge() -> str:
    """Send a frame to R and back; return the versions that did it.

    Raises:
        BridgeError: when that cannot be done here.
    """
    import pandas as pd

    from .from_r import from_r
    from .to_r import to_r

    sent = pd.DataFrame({"x": pd.array([1, None], dtype="Int64")})
    if not from_r(to_r(sent)).equals(sent):
        raise BridgeError("A frame that was sent to R came back as another one.")
    return f"rpy2-rinterface {version('rpy2-rinterface')}, R {dotted(r_version())}"
