"""Messages between the driver and its workers: a JSON header and raw bytes, over a pipe.

No pickle: a worker never runs code that it was sent.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import BinaryIO

_LENGTH = struct.Struct(">Q")


def write_message(
    stream: BinaryIO, header: Mapping[str, object], blobs: Sequence[bytes] = ()
) -> None:
    """Write one message and flush it."""
    text = json.dumps({"header": header, "blobs": [len(blob) for blob in blobs]}).encode()
    stream.write(b"".join([_LENGTH.pack(len(text)), text, *blobs]))
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[dict[str, object], list[bytes]] | None:
    """Read one message; None at the end of the stream, also in the middle of a message."""
    length = _read(stream, _LENGTH.size)
    text = None if length is None else _read(stream, _LENGTH.unpack(length)[0])
    if text is None:
        return None
    message = json.loads(text)
    blobs = [_read(stream, size) for size in message["blobs"]]
    return None if None in blobs else (message["header"], blobs)


def _read(stream: BinaryIO, size: int) -> bytes | None:
    content = stream.read(size)
    return content if len(content) == size else None
