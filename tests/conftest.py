"""For every test: no network. Only this machine may be reached (Ray, servers, the browser)."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest


def _own_addresses() -> set[str]:
    """Names and addresses of this machine; a connected datagram socket sends nothing."""
    own = {"localhost", "0.0.0.0", "::", "::1", "", socket.gethostname()}
    with suppress(OSError):
        own |= {*socket.gethostbyname_ex(socket.gethostname())[2]}
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        own.add(probe.getsockname()[0])
    return own


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Whatever reaches for another machine is told that there is no network."""
    connect, resolve, own = socket.socket.connect, socket.getaddrinfo, _own_addresses()

    def near(host: object) -> bool:
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        return name in own or name.startswith("127.")

    def guarded(self: socket.socket, address: object) -> None:
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if inet and self.type != socket.SOCK_DGRAM and not near(address[0]):  # type: ignore[index]
            raise OSError(errno.ENETUNREACH, f"a test reached for {address}")
        connect(self, address)  # type: ignore[arg-type]

    def resolving(host: object, *args: object, **more: object) -> object:
        if not near(host):
            raise socket.gaierror(socket.EAI_NONAME, f"a test asked for the address of {host!r}")
        return resolve(host, *args, **more)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = resolving  # type: ignore[assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.getaddrinfo = resolve
