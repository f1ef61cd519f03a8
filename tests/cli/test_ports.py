"""A default port that is taken moves; one given by hand does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from rookery.cli import ports
from rookery.cli.failure import Failure


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        yield int(holder.getsockname()[1])


def test_free_port_is_taken_as_it_is(taken: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    assert ports.choose("127.0.0.1", free, 8000, "--port") == free
    assert ports.is_free("127.0.0.1", free)
    assert not ports.is_free("127.0.0.1", taken)


def test_default_moves_on_and_skips_what_is_promised(taken: int) -> None:
    first = ports.choose("127.0.0.1", None, taken, "--port")
    assert taken < first < taken + 50
    assert ports.choose("127.0.0.1", None, taken, "--port", frozenset({first})) > first


def test_port_given_by_hand_does_not_move(taken: int) -> None:
    with pytest.raises(Failure, match=rf"port {taken} is taken. Choose another with --port"):
        ports.choose("127.0.0.1", taken, 8000, "--port")
    with pytest.raises(Failure, match="is taken"):
        ports.choose("127.0.0.1", 8123, 8000, "--gateway-port", frozenset({8123}))
    with pytest.raises(Failure, match="is taken"):
        ports.require("127.0.0.1", taken)


def test_zero_is_any_free_one() -> None:
    assert ports.choose("127.0.0.1", 0, 8000, "--port") > 1023
    ports.require("127.0.0.1", 0)


def test_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(Failure, match="is no address of this machine"):
        ports.is_free("192.0.2.1", 8000)
