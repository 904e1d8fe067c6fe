"""Proxies and dead networks."""

import socket
import threading
from collections.abc import Iterator

import anyio
import httpx
import pytest
from azure.core.exceptions import ServiceRequestError

from licenseiq_tenant.graph.network import Outward, network_advice, proxy_for, proxy_variables

VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
PROXY = "http://proxy.example:3128"
GRAPH = "https://graph.microsoft.com/v1.0"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_without_variables_there_is_no_proxy() -> None:
    assert proxy_for(GRAPH) is None
    assert proxy_variables({}) == ()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_used_for_graph(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, PROXY)
    assert proxy_for(GRAPH) == PROXY
    assert proxy_variables() == (name.upper(),)


def test_a_proxy_without_a_scheme_is_an_http_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    assert proxy_for(GRAPH) == PROXY


@pytest.mark.parametrize("left_out", ["graph.microsoft.com", ".microsoft.com", "*", "localhost, microsoft.com"])
def test_hosts_of_no_proxy_are_reached_directly(monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", left_out)
    assert proxy_for(GRAPH) is None
    if left_out != "*":
        assert proxy_for("https://reports.office.com/x") == PROXY


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/v1.0", "http://localhost/v1.0", "https://[::1]:9/beta"])
def test_the_loopback_address_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """INV-31: the proxy would see a test server's token."""
    for name in VARIABLES[:3]:
        monkeypatch.setenv(name, PROXY)
    assert proxy_for(url) is None


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that notes the first bytes of a connection and hangs up."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hear() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(4096))

        thread = threading.Thread(target=hear, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        thread.join(5)


def test_a_request_for_graph_asks_the_proxy_for_a_tunnel_and_shows_it_no_token(
    monkeypatch: pytest.MonkeyPatch, proxy: tuple[str, list[bytes]]
) -> None:
    url, heard = proxy
    monkeypatch.setenv("HTTPS_PROXY", url)

    async def send() -> None:
        async with httpx.AsyncClient(transport=Outward()) as client:
            await client.get(f"{GRAPH}/users", headers={"Authorization": "Bearer canary"})

    with pytest.raises(httpx.TransportError):
        anyio.run(send)
    assert heard[0].startswith(b"CONNECT graph.microsoft.com:443 ")
    assert b"canary" not in heard[0]


def test_a_dead_network_is_told_by_what_is_known_of_its_cause() -> None:
    inner = OSError("[SSL: CERTIFICATE_VERIFY_FAILED] canary")
    outer = ServiceRequestError("canary")
    outer.__cause__ = inner
    assert "REQUESTS_CA_BUNDLE" in network_advice(outer)
    assert "DNS" in network_advice(httpx.ConnectError("[Errno -2] Name or service not known"))
    assert "proxy did not let" in network_advice(httpx.ProxyError("407 canary"))
    assert "Check the network" in network_advice(OSError("canary"))
    for failure in (outer, OSError("canary")):
        assert "canary" not in network_advice(failure)


def test_a_circle_of_causes_ends() -> None:
    one, two = OSError("a"), OSError("b")
    one.__cause__, two.__cause__ = two, one
    assert "Check the network" in network_advice(one)
