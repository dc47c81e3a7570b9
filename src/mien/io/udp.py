"""Packets to and from other programs on this machine, or to one that the user names.

Listening is on 127.0.0.1 alone: nobody else's packets may move a face.
"""

from __future__ import annotations

import socket

from mien.errors import InputError, OptionError, OutputError
from mien.io.names import terminal_safe
from mien.messages import text

LOCAL = "127.0.0.1"
_MOST = 65_535
_AT_ONCE = 512
"""Packets taken at one look: a sender that floods must not stop a picture."""


def address_of(written: str, *, port: int) -> tuple[str, int]:
    """Host and port of HOST:PORT, HOST or :PORT; this machine and `port` where they are left out.

    Raises OptionError for a port that is none.
    """
    host, colon, number = written.strip().rpartition(":")
    if not colon:
        host, number = (written.strip(), "") if not written.strip().isdigit() else ("", written)
    if number and (not number.strip().isdigit() or not 1 <= int(number) <= 65535):
        raise OptionError(text("io.udp.address", value=terminal_safe(written)))
    return host.strip("[] ") or LOCAL, int(number) if number else port


class Sender:
    """Sends packets to one address; nobody has to listen there."""

    def __init__(self, host: str, port: int) -> None:
        """Raises OutputError for a host that cannot be found."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, self._address = found[0]
            self._socket = socket.socket(family, kind, protocol)
        except (OSError, UnicodeError) as problem:
            shown = {"host": terminal_safe(host), "port": port}
            raise OutputError(text("io.udp.host", **shown)) from problem
        self._socket.setblocking(False)
        self.lost = 0

    def send(self, data: bytes) -> None:
        """Send one packet; one that the system does not take now is counted as lost."""
        try:
            self._socket.sendto(data, self._address)
        except OSError:  # nobody listens, or the queue is full: the next frame comes soon
            self.lost += 1

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()


class Receiver:
    """Takes packets that come to a port of this machine.

    port  0: any that is free; `port` then says which
    """

    def __init__(self, port: int) -> None:
        """Raises InputError where another program has the port."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((LOCAL, port))
        except (OSError, OverflowError) as problem:
            self._socket.close()
            raise InputError(text("io.udp.port", port=port)) from problem
        self.port = int(self._socket.getsockname()[1])

    def wait(self, seconds: float) -> list[bytes]:
        """All packets that are there, after waiting for the first one for so long; or none."""
        self._socket.settimeout(max(seconds, 1e-4))
        found: list[bytes] = []
        try:
            while len(found) < _AT_ONCE:
                found.append(self._socket.recv(_MOST))
                self._socket.settimeout(0.0)
        except (TimeoutError, BlockingIOError):
            return found
        return found

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()
