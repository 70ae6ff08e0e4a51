"""The id of a new Kafka cluster is one that its own tools take."""

import base64
import uuid

from hypothesis import example, given
from hypothesis import strategies as st

from stack.kafka import cluster_id


@given(st.uuids())
@example(uuid.UUID(bytes=b"\xf8" + bytes(15)))
def test_it_is_sixteen_bytes_and_no_option(drawn: uuid.UUID) -> None:
    made = cluster_id(drawn)
    assert not made.startswith("-")
    assert len(base64.urlsafe_b64decode(made + "==")) == 16
