from __future__ import annotations

import pytest

from mien.errors import InputError, OptionError, OutputError
from mien.io.udp import LOCAL, Receiver, Sender, address_of


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("127.0.0.1:39540", ("127.0.0.1", 39540)),
        ("studio.local", ("studio.local", 39539)),
        (":8000", (LOCAL, 8000)),
        ("8000", (LOCAL, 8000)),
        ("[::1]:39539", ("::1", 39539)),
    ],
)
def test_addresses_are_read(written: str, wanted: tuple[str, int]) -> None:
    assert address_of(written, port=39539) == wanted


@pytest.mark.parametrize("written", ["host:port", "host:0", "host:70000", "host:-1"])
def test_ports_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(OptionError, match="wanted HOST:PORT"):
        address_of(written, port=1)


def test_packets_come_as_they_were_sent() -> None:
    receiver = Receiver(0)
    sender = Sender(LOCAL, receiver.port)
    try:
        assert receiver.wait(0.01) == []
        for data in (b"one", b"two", b"x" * 9000):
            sender.send(data)
        found = receiver.wait(2.0)
        while len(found) < 3:
            found += receiver.wait(2.0)
        assert found == [b"one", b"two", b"x" * 9000]
    finally:
        sender.close()
        receiver.close()


def test_a_port_can_be_listened_to_once() -> None:
    receiver = Receiver(0)
    try:
        with pytest.raises(InputError, match=f"port {receiver.port}: another program"):
            Receiver(receiver.port)
    finally:
        receiver.close()
    Receiver(receiver.port).close()


def test_too_much_at_once_is_lost_and_counted() -> None:
    sender = Sender(LOCAL, 9)
    sender.send(b"x" * 70_000)
    assert sender.lost == 1
    sender.close()


def test_a_host_that_is_none_is_named() -> None:
    with pytest.raises(OutputError, match="no such host"):
        Sender("a b", 1)
