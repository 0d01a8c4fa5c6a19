"""The command line with sockets blocked: whatever needs the network fails loudly."""

import socket
import sys


def _blocked(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError("network access is blocked")


socket.socket.connect = _blocked  # type: ignore[method-assign,assignment]
socket.socket.connect_ex = _blocked  # type: ignore[method-assign,assignment]
socket.getaddrinfo = _blocked  # type: ignore[assignment]

from stance.cli import main  # noqa: E402

sys.argv[0] = "stance"
main()
