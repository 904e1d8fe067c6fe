"""What each answer about eDiscovery cases leads to: further requests, and sources that are held.

A closed case and a hold that is switched off hold nobody; whatever else is not clearly over counts (graph-facts 1.8;
"ediscoveryCase", "ediscoveryHoldPolicy", "ediscoveryCustodian" in Graph's reference).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.steps.holds import CASES
from licenseiq_desk.holds.sources import address, site

Rows = Sequence[Mapping[str, Json]]
FIRST = ("cases", CASES)


@dataclass(frozen=True, slots=True)
class Found:
    """`todo` are (what, path) to ask next, `sources` what is held, `cases` how many open cases were seen."""

    todo: tuple[tuple[str, str], ...] = ()
    sources: frozenset[str] = frozenset()
    cases: int = 0


def understand(what: str, path: str, rows: Rows) -> Found:
    """Raises KeyError, TypeError, AttributeError or ValueError for rows that are not understood."""
    match what:
        case "cases":
            # Pages go on below another path, so names are put together from the start.
            keys = [_key(row) for row in rows if row["status"] != "closed"]
            todo = [(part, f"{CASES}/{key}/{end}") for key in keys for part, end in _OF_CASE]
            return Found(tuple(todo), cases=len(keys))
        case "holds":
            base = path.partition("?")[0]
            keys = [_key(row) for row in rows if row["isEnabled"] is not False]
            return Found(tuple((part, f"{base}/{key}/{end}") for key in keys for part, end in _OF_HOLD))
        case "custodians":
            base = path.partition("?")[0]
            keys = [_key(row) for row in rows if row["status"] != "released" and row["holdStatus"] != "notApplied"]
            return Found(tuple(("custodian_sources", f"{base}/{key}/userSources") for key in keys))
        case "user_sources":
            return Found(sources=_of_users(rows))
        case "custodian_sources":
            return Found(sources=_of_users([row for row in rows if row["holdStatus"] != "notApplied"]))
        case "site_sources":
            return Found(
                sources=frozenset(site(str(cast("Mapping[str, Json]", row["site"])["webUrl"])) for row in rows)
            )
    raise ValueError("not a part of the cases")


_OF_CASE = (("holds", "legalHolds"), ("custodians", "custodians"))
_OF_HOLD = (("user_sources", "userSources"), ("site_sources", "siteSources"))


def _of_users(rows: Rows) -> frozenset[str]:
    found = set[str]()
    for row in rows:
        email, url = row["email"], row.get("siteWebUrl")
        if not email and not url:
            raise ValueError("a source without an address")
        found |= ({address(str(email))} if email else set()) | ({site(str(url))} if url else set())
    return frozenset(found)


def _key(row: Mapping[str, Json]) -> str:
    key = row["id"]
    if not isinstance(key, str) or not key or "/" in key or "?" in key:
        raise ValueError("no id")
    return key
