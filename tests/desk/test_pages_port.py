"""The port of the desk's pages: held on both loopback addresses, by nobody else, from the first moment on."""

import errno
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from licenseiq.errors import SettingsError
from licenseiq_desk.pages.server import listening, port_of


def has_ipv6() -> bool:
    try:
        with closing(socket.socket(socket.AF_INET6)) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


FAMILIES = [(socket.AF_INET, "127.0.0.1"), *([(socket.AF_INET6, "::1")] if has_ipv6() else [])]


@pytest.fixture(params=FAMILIES, ids=[address for _, address in FAMILIES])
def somebody_else(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port that another program listens on, at one of the addresses."""
    family, address = request.param
    with closing(socket.socket(family)) as one:
        one.bind((address, 0))
        one.listen()
        yield one.getsockname()[1]


def test_whoever_comes_before_the_pages_are_served_waits_and_is_not_refused() -> None:
    with listening(0) as sockets:
        assert len(sockets) == len(FAMILIES)
        for family, address in FAMILIES:
            with closing(socket.socket(family)) as one:
                one.settimeout(5)
                one.connect((address, port_of(sockets)))


def test_a_port_that_somebody_else_holds_on_either_address_is_refused(somebody_else: int) -> None:
    """INV-40: whoever holds the other one could answer in the desk's name."""
    with pytest.raises(SettingsError, match="is taken"), listening(somebody_else):
        pass


def test_nobody_else_gets_the_desks_port_on_either_address() -> None:
    with listening(0) as sockets:
        for family, address in FAMILIES:
            with closing(socket.socket(family)) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with pytest.raises(OSError, match="in use") as caught:
                    one.bind((address, port_of(sockets)))
                assert caught.value.errno == errno.EADDRINUSE
