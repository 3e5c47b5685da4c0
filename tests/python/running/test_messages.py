"""Messages between driver and workers."""

import io

from hypothesis import given
from hypothesis import strategies as st

from tunegrid.running.messages import read_message, write_message

headers = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.booleans())


@given(st.lists(st.tuples(headers, st.lists(st.binary(), max_size=3)), max_size=4))
def test_messages_arrive_as_they_were_sent(messages):
    """Headers and bytes survive the pipe, one after the other, and then it is at its end."""
    pipe = io.BytesIO()
    for header, blobs in messages:
        write_message(pipe, header, blobs)
    pipe.seek(0)
    assert [read_message(pipe) for _ in messages] == messages
    assert read_message(pipe) is None


@given(headers, st.lists(st.binary(min_size=1), min_size=1, max_size=3), st.data())
def test_a_message_that_breaks_off_is_the_end(header, blobs, data):
    """A worker that dies while it writes has said nothing."""
    pipe = io.BytesIO()
    write_message(pipe, header, blobs)
    whole = pipe.getvalue()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read_message(io.BytesIO(whole[:cut])) is None
