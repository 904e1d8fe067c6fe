"""What stands between this machine and Microsoft: proxies, and a dead network in words.

An own transport switches httpx's reading of the proxy variables off, so it is done here, by the rules of the standard
library. The loopback address never goes through a proxy: whoever runs one would get a test server's token.
"""

import os
from collections.abc import Iterator, Mapping
from urllib.request import getproxies, proxy_bypass

import httpx

from licenseiq_tenant.graph.guard import is_loopback

PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_TRUST = (
    "Something on the way shows a certificate that this machine does not trust, most likely a proxy that looks into "
    "TLS. Point REQUESTS_CA_BUNDLE and SSL_CERT_FILE at the file with your company's root certificates."
)
_SIGNS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("CERTIFICATE_VERIFY_FAILED", "SSLCertVerificationError"), _TRUST),
    (
        ("ProxyError", "Cannot connect to proxy", "Tunnel connection failed"),
        "The proxy did not let the connection through. Check HTTPS_PROXY and NO_PROXY, and what the proxy allows.",
    ),
    (
        ("NameResolutionError", "getaddrinfo", "gaierror", "Name or service not known"),
        "The name of the host could not be resolved. Check the network and DNS; where only a proxy may leave, set "
        "HTTPS_PROXY.",
    ),
)


def network_advice(error: BaseException) -> str:
    """The next step for a connection that failed, by what is known of the cause. Quotes nothing of it."""
    for failure in _chain(error):
        # urllib3 wraps its causes as arguments, and names them in its text only.
        said = f"{type(failure).__name__} {failure}"
        for signs, advice in _SIGNS:
            if any(sign in said for sign in signs):
                return advice
    return "Check the network, any proxy (HTTPS_PROXY) and LICENSEIQ_LOGIN_URL."


def proxy_variables(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Which of the variables that name a proxy are set; their values may hold a password."""
    return tuple(name for name in PROXY_VARIABLES if environ.get(name) or environ.get(name.lower()))


def proxy_for(url: str) -> str | None:
    """The proxy that the environment (or Windows, or macOS) names for `url`; always None for the loopback address."""
    there = httpx.URL(url)
    if is_loopback(url):
        return None
    proxies = getproxies()
    found = proxies.get(there.scheme) or proxies.get("all")
    if not found or proxy_bypass(there.host):
        return None
    return found if "://" in found else f"http://{found}"


class Outward(httpx.AsyncBaseTransport):
    """HTTP/2, through the proxy where one is named for a request's host. Each host is looked up once: macOS may ask
    DNS for it."""

    def __init__(self) -> None:
        self._proxies: dict[tuple[str, str], str | None] = {}
        self._by_proxy: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        there = (request.url.scheme, request.url.host)
        if there not in self._proxies:
            self._proxies[there] = proxy_for(str(request.url))
        proxy = self._proxies[there]
        if proxy not in self._by_proxy:
            self._by_proxy[proxy] = httpx.AsyncHTTPTransport(http2=True, proxy=proxy)
        return await self._by_proxy[proxy].handle_async_request(request)

    async def aclose(self) -> None:
        for transport in self._by_proxy.values():
            await transport.aclose()


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__
