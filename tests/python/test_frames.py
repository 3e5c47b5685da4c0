"""Messages between driver and workers."""

import io

from hypothesis import given
from hypothesis import strategies as st

from tunegrid.frames import read_frame, write_frame

headers = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.booleans())


@given(st.lists(st.tuples(headers, st.lists(st.binary(), max_size=3)), max_size=4))
def test_messages_arrive_as_they_were_sent(messages):
    """Headers and bytes survive the pipe, one after the other, and then it is at its end."""
    pipe = io.BytesIO()
    for header, blobs in messages:
        write_frame(pipe, header, blobs)
    pipe.seek(0)
    assert [read_frame(pipe) for _ in messages] == messages
    assert read_frame(pipe) is None


@given(headers, st.lists(st.binary(min_size=1), min_size=1, max_size=3), st.data())
def test_a_message_that_breaks_off_is_the_end(header, blobs, data):
    """A worker that dies while it writes has said nothing."""
    pipe = io.BytesIO()
    write_frame(pipe, header, blobs)
    whole = pipe.getvalue()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read_frame(io.BytesIO(whole[:cut])) is None
