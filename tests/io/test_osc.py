from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.io.osc import (
    MOST_BYTES,
    Message,
    decode_packet,
    encode_bundle,
    encode_message,
    encode_packets,
)

values = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.floats(
        width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**100), max_value=2.0**100
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.binary(max_size=20),
    st.booleans(),
    st.none(),
)
messages = st.builds(
    Message,
    st.from_regex(r"/[a-zA-Z0-9/]{0,20}", fullmatch=True),
    st.lists(values, max_size=6).map(tuple),
)


def test_a_message_has_the_bytes_of_the_specification() -> None:
    # OSC 1.0, examples: /oscillator/4/frequency with the float 440.
    written = encode_message("/oscillator/4/frequency", 440.0)
    assert written.hex(" ") == (
        "2f 6f 73 63 69 6c 6c 61 74 6f 72 2f 34 2f 66 72 65 71 75 65 6e 63 79 00 "
        "2c 66 00 00 43 dc 00 00"
    )
    written = encode_message("/foo", 1000, -1, "hello", 1.234, 5.678)
    assert written.hex(" ") == (
        "2f 66 6f 6f 00 00 00 00 2c 69 69 73 66 66 00 00 00 00 03 e8 ff ff ff ff "
        "68 65 6c 6c 6f 00 00 00 3f 9d f3 b6 40 b5 b2 2d"
    )


@settings(deadline=None)
@given(st.lists(messages, min_size=1, max_size=5))
def test_what_was_sent_is_what_comes(sent: list[Message]) -> None:
    assert decode_packet(encode_bundle(sent)) == sent
    alone = encode_message(sent[0].address, *sent[0].values)
    assert decode_packet(alone) == sent[:1]
    assert len(alone) % 4 == 0


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_or_read_and_never_breaks(noise: bytes) -> None:
    for data in (noise, b"#bundle\0" + noise, b"/a\0\0" + noise):
        try:
            found = decode_packet(data)
        except ValueError:
            continue
        assert all(one.address.startswith("/") for one in found)


@pytest.mark.parametrize("cut", range(1, 44))
def test_a_cut_packet_is_refused(cut: int) -> None:
    whole = encode_bundle([Message("/a", (1, "text")), Message("/b", (0.5,))])
    assert len(whole) > 44
    with pytest.raises(ValueError):  # noqa: PT011 (how it is cut decides the words)
        decode_packet(whole[:-cut] if cut % 4 else whole[:-cut] + b"\0")


def nested(depth: int) -> bytes:
    data = encode_message("/a")
    for _ in range(depth):
        data = b"#bundle\0" + struct.pack(">Qi", 1, len(data)) + data
    return data


def test_bundles_in_bundles_end_somewhere() -> None:
    assert decode_packet(nested(4)) == [Message("/a")]
    with pytest.raises(ValueError, match="too much"):
        decode_packet(nested(5))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"abcd",
        b"/a\0\0,f\0\0\x7f\xc0\0\0",  # NaN
        b"/a\0\0,q\0\0",
        b"/a\0\0,b\0\0\xff\xff\xff\xff",
        b"/a\0\0,s\0\0\xff\xff\xff\0",
        b"/aaa",
        b"#bundle\0" + b"\0" * 4,
        b"#bundle\0" + b"\0" * 12,
        b"\0" * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_packet_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_packet(data)


def test_what_cannot_be_sent_is_refused() -> None:
    for address in ("a", "", "/\0", "/ä"):
        with pytest.raises(ValueError, match="no OSC address"):
            encode_message(address)
    for value in (2**31, math.nan, math.inf, "a\0b", [1]):
        with pytest.raises(ValueError):  # noqa: PT011
            encode_message("/a", value)  # type: ignore[arg-type]


def test_many_messages_go_in_packets_of_one_size() -> None:
    sent = [Message("/VMC/Ext/Blend/Val", (f"shape {k}", k / 100)) for k in range(100)]
    packets = encode_packets(sent, limit=1400)
    assert 3 <= len(packets) <= 5
    assert max(map(len, packets)) <= 1400
    found = [one for packet in packets for one in decode_packet(packet)]
    assert [one.values[0] for one in found] == [one.values[0] for one in sent]
    assert encode_packets([]) == []
