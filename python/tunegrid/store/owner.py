"""Who holds a claim: a driver, by host, process and a name of its own."""

import contextlib
import hashlib
import os
import secrets
import socket
import time
import uuid
from pathlib import Path

import psutil

from ..machine.processes import process_number

#: No lease is longer than minutes; clocks of two hosts may differ by this much beside.
_BELIEVED_SECONDS = 3600.0

_OURS: set[str] = set()

#: Drawn by Linux when it boots: machines made from one image differ in nothing else.
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
#: Of a number that `uuid.getnode` drew because it found no network card: another one next time.
_DRAWN = 1 << 40


def _host() -> str:
    """Name this host, so that no other machine or container of the same name is taken for it.

    After a restart it is another host, whose earlier claims are believed until their leases end.
    """
    parts = []
    for read in (
        lambda: Path("/etc/machine-id").read_text(encoding="ascii").strip(),
        lambda: str(Path("/proc/self/ns/pid").readlink()),
        _boot,
    ):
        with contextlib.suppress(OSError):
            parts.append(read())
    digest = hashlib.sha256(" ".join(parts).encode()).hexdigest()
    return f"{socket.gethostname()} {digest[:8]}"


def _boot() -> str:
    """Tell a machine from its clones: by what Linux draws when it boots, elsewhere by its card."""
    if _BOOT_ID.exists():
        return _BOOT_ID.read_text(encoding="ascii").strip()
    card = uuid.getnode()
    return "" if card & _DRAWN else f"{card:012x}"


HOST = _host()


def new_driver() -> str:
    """Name a driver in this process: number, start time, and a name of its own.

    A process can have several, one after the other or in threads; `forget_driver` ends one.
    """
    name = f"{_process(os.getpid())} {secrets.token_hex(4)}"
    _OURS.add(name)
    return name


def forget_driver(name: str) -> None:
    """Let go of a driver: what it still holds is free."""
    _OURS.discard(name)


def is_live(host: object, driver: object, expires: object) -> bool:
    """Say whether a claim's holder is alive: looked up on this host, believed of another one.

    Args:
        host, driver: as `HOST` and `new_driver` give them there; nobody lives under anything else.
        expires: Unix time until which another host's claim is believed, unless that is more than
            an hour ahead: a lease is two minutes.
    """
    if not (isinstance(host, str) and isinstance(driver, str) and isinstance(expires, float)):
        return False  # not what we write
    if host != HOST:
        return 0 < expires - time.time() < _BELIEVED_SECONDS
    process, _, _ = driver.rpartition(" ")
    pid = process_number(process.partition(" ")[0])
    if pid is None:
        return False
    if pid == os.getpid() and process == _process(pid):
        return driver in _OURS
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and process == _process(pid)
    except (psutil.NoSuchProcess, OSError):
        return False


def _process(pid: int) -> str:
    return f"{pid} {_start_time(pid)}"


def _start_time(pid: int) -> str:
    """Say when a process started, by a clock that nobody sets where there is one.

    psutil adds the time of boot as the wall clock has it, which moves when that is corrected.
    """
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        after_name = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        return after_name.split()[19]  # field 22 of proc(5): ticks since boot
    return f"{psutil.Process(pid).create_time():.2f}"
