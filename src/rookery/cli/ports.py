"""Ports: a default one that is taken moves to the next free one, one given by hand does not."""

from __future__ import annotations

import socket

from rookery.cli.failure import Failure

_TRIES = 50


def choose(
    host: str, given: int | None, default: int, option: str, taken: frozenset[int] = frozenset()
) -> int:
    """The port to listen on; `taken` are promised already. Raises Failure in words."""
    if given is not None:
        if given and (given in taken or not is_free(host, given)):
            raise Failure(f"port {given} is taken. Choose another with {option}, or leave it out")
        return given or _any(host)
    for port in range(default, default + _TRIES):
        if port not in taken and is_free(host, port):
            return port
    raise Failure(f"ports {default} to {default + _TRIES - 1} are all taken. Choose one with {option}")


def require(host: str, port: int) -> None:
    """Refuse a port that is taken; 0 is any free one. Raises Failure."""
    if port and not is_free(host, port):
        raise Failure(f"port {port} is taken. Choose another with --port")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. Raises Failure for an address that is not this machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise Failure(f"{host} is no address to listen on") from error
    family, kind, protocol, _name, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        # As servers do: a port whose old connections only fade away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError as error:
            raise Failure(f"port {port} needs more rights; ports from 1024 on do not") from error
        except OSError as error:
            if error.errno == 99:  # EADDRNOTAVAIL
                raise Failure(f"{host} is no address of this machine") from error
            return False
    return True


def _any(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
