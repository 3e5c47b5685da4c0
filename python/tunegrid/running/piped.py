"""A process of ours, spoken to and heard over pipes: the side of whoever starts it.

The other side is `child.py`.
"""

import contextlib
import os
import queue
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from ..machine.interpreter import interpreter
from ..machine.processes import process_number
from .messages import read_message, write_message

_PREFIX = "tunegrid-workers-"


def folder_of_processes() -> tempfile.TemporaryDirectory:
    """Make a folder for what processes write, and remove those whose makers were killed.

    Those of this user: of others nothing could be removed, and there may be no end to it.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = process_number(folder.name.removeprefix(_PREFIX).partition("-")[0])
        if pid is not None and not psutil.pid_exists(pid) and _is_ours(folder):
            with contextlib.suppress(RecursionError):  # folders inside folders, a thousand times
                shutil.rmtree(folder, ignore_errors=True)
    return tempfile.TemporaryDirectory(
        prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True
    )


def _is_ours(folder: Path) -> bool:
    """Say whether a folder, and no link to one, belongs to this user, where that is known."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (os.name == "nt" or found.st_uid == os.geteuid())


class PipedProcess:
    """A process that runs one of our modules, and the thread that hears it.

    Whatever it sends goes into a queue as (this process, (header, blobs)), and its end as
    (this process, None), however it ends.
    """

    def __init__(
        self,
        module: str,
        messages: queue.SimpleQueue,
        environment: Mapping[str, str],
        *,
        folder: str | None = None,
    ) -> None:
        """Start it, in a session of its own, so that Ctrl-C does not reach it.

        Args:
            module: its name, as after `python -m`.
            messages: where what it says goes.
            environment: all of its environment variables.
            folder: where it runs; default: here.

        Raises:
            OSError: when it cannot be started.
        """
        self._messages = messages
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is killed
        self._process = subprocess.Popen(
            [interpreter(), "-P", "-m", module],  # -P: no modules of the user's folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def tell(self, header: Mapping[str, object], blobs: Sequence[bytes] = ()) -> None:
        """Send a message; if the process is gone, the end of its pipe tells so."""
        try:
            write_message(self._process.stdin, header, blobs)
        except OSError:
            self._messages.put((self, None))

    def kill(self) -> None:
        """End the process at once, wait until it is gone, and close what was open to it."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

    def ended(self) -> tuple[int, str, list[str]]:
        """Wait for the process that has closed its pipe; it is killed if it lives on.

        Returns:
            Its exit code, below 0 for a signal; the same in words; the lines that it wrote to
            standard error.
        """
        try:
            code = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        how = f"exit code {code}"
        if code < 0:
            names = {one.value: one.name for one in signal.Signals}
            how = f"signal {names.get(-code, -code)}"
        self._errors.seek(0)
        return code, how, self._errors.read().decode(errors="replace").strip().splitlines()

    def _listen(self) -> None:
        try:
            while (message := read_message(self._process.stdout)) is not None:
                self._messages.put((self, message))
        finally:
            self._messages.put((self, None))
