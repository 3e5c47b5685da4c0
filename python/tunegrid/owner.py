"""Who holds a claim: a process of a host, named so that no other is ever taken for it."""

import os
import socket
import time
from pathlib import Path

import psutil


def _host() -> str:
    """Name this host; containers with one name but process numbers of their own are told apart."""
    try:
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


HOST = _host()


def this_process() -> str:
    """Name this process by number and start time."""
    return _name(os.getpid())


def is_live(host: str, driver: str, expires: float) -> bool:
    """Say whether a claim's holder is alive: looked up on this host, believed of another one.

    Args:
        host, driver: as `HOST` and `this_process` give them there.
        expires: Unix time until which another host's claim is believed.
    """
    if host != HOST:
        return expires > time.time()
    try:
        process = psutil.Process(int(driver.partition(" ")[0]))
        return process.status() != psutil.STATUS_ZOMBIE and _name(process.pid) == driver
    except (psutil.NoSuchProcess, OSError):
        return False


def _name(pid: int) -> str:
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
