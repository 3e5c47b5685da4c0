"""A process of ours, spoken to and heard over pipes: its own side.

It ends when whoever started it does, however that ends: a thread waits for the end of the pipe and
then leaves at once. Nothing that takes long to import stands here: that thread must be up before.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

from .messages import read_message

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def begin(hear: Callable[[dict], object]) -> BinaryIO:
    """Listen to who started this process, and return the stream to answer on.

    Args:
        hear: called with each message's header, in a thread of its own.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    replies = _private_stdout()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, hear), daemon=True).start()
    return replies


def _die_with_parent() -> None:
    """Ask Linux for SIGKILL when whoever started this process is gone.

    The end of the pipe says so too, and everywhere; but nobody hears it in a stopped process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _private_stdout() -> BinaryIO:
    """Keep the pipe for messages: whatever a library prints goes to standard error instead."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


def _listen(stream: BinaryIO, hear: Callable[[dict], object]) -> None:
    while (message := read_message(stream)) is not None:
        hear(message[0])
    os._exit(0)
