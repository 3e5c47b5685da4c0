"""The processor: what it is called, and how much of it this process may use."""

import math
import os
import platform
from pathlib import Path


def cores() -> int:
    """Count the cores that this process may use: by affinity, and by its control group's share."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return allowed or 1
    share = allowed if quota == "max" else math.ceil(int(quota) / int(period))
    return max(1, min(allowed or 1, share))


def processor() -> str:
    """Name the processor's model; platform.processor() is empty on most Linux systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
