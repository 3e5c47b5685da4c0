"""The process that is Ray's driver: it hands tasks to a cluster and passes on what nodes say.

Started as `python -m tunegrid.running.ray_job` by `ray.RayExecutor`, in a process of its own
because Ray ends the process that it was imported in when its cluster is lost, waits for minutes
for one that does not answer, and has threads and signal handlers that neither R nor a notebook
should have. When this process ends, Ray ends the job with all that it trains.
"""

import asyncio
import contextlib
import logging
import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from .child import begin
from .messages import write_message

if TYPE_CHECKING:
    import ray

#: Seconds for a connection to the cluster's port, and for the nodes to give their versions.
_CONNECT_SECONDS = 5.0
_NODES_SECONDS = 100.0
#: How often Ray begins a run anew whose node is lost, before the store counts it as an attempt.
_RETRIES = 10

_VERSIONS = re.compile(r"Ray: (\S+)\s+Python: (\S+)")
_START = (
    "start one (`ray start --head`) and run this on one of its machines, or give the HOST:PORT "
    "that it prints as --ray-address"
)


class _LostError(Exception):
    """There is no cluster to train on, for a reason that is a sentence."""


def main() -> None:
    """Serve one executor until it closes the pipe."""
    loop = asyncio.new_event_loop()
    inbox: asyncio.Queue[dict] = asyncio.Queue()
    replies = begin(lambda header: loop.call_soon_threadsafe(inbox.put_nowait, header))
    loop.run_until_complete(_Job(replies).serve(inbox))
    # Nothing is waited for: what Ray still has of this job ends with this process.
    sys.stderr.flush()
    os._exit(0)


class _Job:
    """One job of a cluster."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._address = ""
        self._images: dict[str, ray.ObjectRef] = {}
        self._lost = asyncio.Event()

    async def serve(self, inbox: asyncio.Queue) -> None:
        """Connect as the first message says, then train what the others say."""
        following = set()
        try:
            self._connect(await inbox.get())
        except _LostError as error:
            self._give_up(str(error))
        while not self._lost.is_set():
            header = await inbox.get()
            task = asyncio.create_task(self._follow(header))
            following.add(task)
            task.add_done_callback(following.discard)

    def _give_up(self, text: str) -> None:
        """Say that there is nothing to train on, and leave."""
        self._say({"kind": "lost", "text": text})
        os._exit(0)

    def _say(self, header: Mapping[str, object], blobs: Sequence[bytes] = ()) -> None:
        try:
            write_message(self._replies, header, blobs)
        except BrokenPipeError:
            os._exit(0)

    def _connect(self, asked: Mapping[str, object]) -> None:
        """Join a cluster, ask its nodes for their versions, and say what it has room for."""
        _check_address(asked["address"])
        import ray

        self._say({"kind": "imported"})
        try:
            ray.init(
                address=asked["address"], namespace="tunegrid", log_to_driver=False,
                logging_level=logging.ERROR,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - Ray's errors here are of many kinds
            raise _LostError(_described(error, asked["address"])) from None
        self._say({"kind": "connected"})
        self._address = ray.get_runtime_context().gcs_address
        nodes = [node for node in ray.nodes() if node["Alive"]]
        versions = _checked_versions(nodes, asked["backends"])
        places = [_places(node["Resources"], asked["memory"]) for node in nodes]
        if not sum(places):
            raise _LostError(
                f"The cluster at {self._address} has no node with a CPU and "
                f"{asked['memory'] / 2**30:.1f} GiB of memory, which a run needs: start a larger "
                f"one."
            )
        self._say({"kind": "ready", "places": sum(places), "nodes": len(nodes)})
        from .ray_node import train_run

        # An engine that trains on a GPU declares its share here: num_gpus, by the spec's device.
        self._train = ray.remote(train_run).options(
            num_returns="streaming",
            num_cpus=1,
            memory=asked["memory"],
            max_retries=_RETRIES,
            scheduling_strategy="SPREAD",
        )
        self._how = {
            "time_limit": asked["time_limit"],
            "versions": versions,
            "backends": asked["backends"],
        }

    async def _follow(self, header: dict) -> None:
        """Train one run, and pass on what is said of it."""
        kind, key = "", header["key"]
        try:
            async for answer in self._train.remote(header, [self._put(header)], **self._how):
                said, blobs = await answer
                kind = said["kind"]
                self._say(said | {"key": key}, blobs)
        except Exception as error:  # noqa: BLE001 - whatever it is, the driver must hear of it
            failure, text = self._reason(error)
            self._say({"kind": "died", "key": key, "failure": failure, "text": text})
            return
        if kind in ("", "epoch"):
            # Begun anew, it ended sooner than the first time: Ray has heard that end before.
            text = "it ended otherwise when Ray began it anew"
            self._say({"kind": "died", "key": key, "failure": "killed", "text": text})

    def _put(self, header: dict) -> "ray.ObjectRef":
        """Put the images of a task into the object store, once for all of its data set."""
        import ray

        from ..data.reading import load_dataset
        from .executor import Task

        source = Task.from_message(header).source
        if source.digest not in self._images:
            self._images[source.digest] = ray.put(load_dataset(source))
        return self._images[source.digest]

    def _reason(self, error: Exception) -> tuple[str, str]:
        """Say why a run came to no end: it is the cluster's end, or a failure of its own."""
        import ray.exceptions as known

        if isinstance(error, known.OutOfMemoryError):
            return "oom", "out of memory: Ray ended the worker, as its node had too little left"
        lost = known.WorkerCrashedError, known.NodeDiedError, known.ObjectLostError
        # What `train_run` raised itself, under a traceback of Ray's.
        raised = getattr(error, "cause", error)
        line = f"{type(raised).__name__}: {' '.join(str(raised).split())[:300]}"
        if not _answers(self._address):
            self._give_up(_gone(self._address, line))
        if not isinstance(error, lost):
            self._give_up(
                f"The Ray cluster at {self._address} cannot train ({line}): what was done is kept; "
                f"see with `ray status` what it lacks, and repeat the command."
            )
        return "killed", f"Ray gave up after {_RETRIES} retries ({line})"


def _check_address(address: str) -> None:
    """Refuse an address that is none, or at which nobody listens."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        raise _LostError(
            f"--ray-address must be HOST:PORT, as 10.0.0.1:6379, or auto, not {address}: Ray's "
            f"client (ray://) cannot be used, as it passes no epochs on."
        )
    if not _answers(address):
        raise _LostError(f"No Ray cluster answers at {address}: {_START}.")


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with contextlib.suppress(OSError, OverflowError):
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
        return True
    return False


def _described(error: Exception, address: str) -> str:
    """Say in one sentence why Ray could not be joined."""
    text = " ".join(str(error).split())
    found = _VERSIONS.findall(text)
    if len(found) == len(("the cluster", "this driver")):
        there, here = (f"Ray {ray} and Python {python}" for ray, python in found)
        return f"The cluster has {there}, and the driver has {here}: install the same on both."
    if "Could not find any running Ray instance" in text:
        return f"No Ray cluster runs on this machine: {_START}."
    return f"The Ray cluster at {address} cannot be joined ({text[:300]}): {_START}."


def _gone(address: str, why: str) -> str:
    return (
        f"The Ray cluster at {address} is gone ({why}): what was done is kept; start a cluster, "
        f"and repeat the command."
    )


def _places(resources: Mapping[str, float], memory: float) -> int:
    """Say how many runs a node has room for."""
    return int(min(resources.get("CPU", 0), resources.get("memory", 0) // memory))


def _checked_versions(nodes: Sequence[Mapping], backends: Sequence[str]) -> dict[str, str]:
    """Refuse a cluster on a node of which other versions are installed; give the driver's."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    from .ray_node import difference, node_versions

    wanted = node_versions(backends)
    ask = ray.remote(node_versions)
    asked = {}
    for node in nodes:
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        asked[ask.options(num_cpus=0, scheduling_strategy=there).remote(backends)] = node
    answered, silent = ray.wait(list(asked), num_returns=len(asked), timeout=_NODES_SECONDS)
    if silent:
        raise _LostError(
            f"The node {_name(asked[silent[0]])} has started no worker within "
            f"{_NODES_SECONDS:.0f} seconds: see with `ray status` what it lacks."
        )
    for answer in answered:
        try:
            found = ray.get(answer)
        except ray.exceptions.RayError as error:
            if "No module named 'tunegrid'" not in str(error):
                continue  # it was lost meanwhile, or will say more when it is to train
            found = {**wanted, "tunegrid": "none"}
        if (said := difference(found, wanted, _name(asked[answer]))) is not None:
            raise _LostError(said)
    return wanted


def _name(node: Mapping[str, str]) -> str:
    return f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"


if __name__ == "__main__":
    main()
