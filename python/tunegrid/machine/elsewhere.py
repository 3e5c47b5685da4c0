"""Libraries that obey files of the current folder, kept from those: others may have made them."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """Be in an empty folder meanwhile.

    All threads are. So it is for moments only, as for a library that looks for files of settings
    when it is imported.
    """
    try:
        here = os.getcwd()  # noqa: PTH109 - to be gone back to as it is
    except OSError:  # it was deleted, and holds nothing
        yield
        return
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        try:
            yield
        finally:
            os.chdir(here)


def import_matplotlib() -> None:
    """Import matplotlib, if it is installed, so that it obeys no matplotlibrc of this folder.

    It reads that once. Keras imports it, too, so this has to come before.
    """
    if "matplotlib" not in sys.modules:
        with contextlib.suppress(ImportError), elsewhere():
            import matplotlib as mpl  # noqa: F401
