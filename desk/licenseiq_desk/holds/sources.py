"""Addresses and sites of a hold as one text each, so that other letters, prefixes and folders do not hide a person."""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit


def address(text: str) -> str:
    """'SMTP:Ana.Novak@Contoso.com' as 'address:ana.novak@contoso.com'."""
    return f"address:{text.strip().casefold().rpartition(':')[2]}"


def site(url: str) -> str:
    """Host and path of a site, without case and without the slash at its end."""
    found = urlsplit(url.strip())
    return f"site:{(found.hostname or '').casefold()}{unquote(found.path).casefold().rstrip('/')}"


def whatever_holds(addresses: Iterable[str], sites: Iterable[str]) -> frozenset[str]:
    """Every source under which somebody with these addresses and libraries can be held: a library lies in a site."""
    found = {address(one) for one in addresses}
    for url in sites:
        whole = site(url)
        host, *parts = whole.split("/")
        found |= {"/".join([host, *parts[:length]]) for length in range(len(parts) + 1)}
    return frozenset(found)
