"""What may leave the desk, by the list of kinds of step: the shapes of their calls, and the paths of their readings.

The rule below the client asks here; whatever no kind names is refused unsent.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from licenseiq.proposals.canonical import Json
from licenseiq.steps import KINDS, every_reading
from licenseiq.steps.asking import Api, Shape

_PLACES = {
    "{id}": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    # An opaque id of Graph: never a dot alone, never a slash.
    "{key}": r"[A-Za-z0-9_\-!=~$,:%.]*[A-Za-z0-9_\-!=~$]",
    "{upn}": r"[A-Za-z0-9._%+\-]+(?:@|%40)[A-Za-z0-9.\-]+\.[A-Za-z]{2,}",
}
_PLACE = re.compile("|".join(map(re.escape, _PLACES)))


def pattern(path: str) -> re.Pattern[str]:
    """The paths that a shape means."""
    parts, at = [], 0
    for found in _PLACE.finditer(path):
        parts += [re.escape(path[at : found.start()]), _PLACES[found[0]]]
        at = found.end()
    return re.compile("".join(parts) + re.escape(path[at:]))


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[re.Pattern[str], Shape], ...]:
    return tuple((pattern(one.path), one) for kind in KINDS.values() for one in kind.shapes if one.api is Api.GRAPH)


@lru_cache(maxsize=1)
def _paths() -> tuple[re.Pattern[str], ...]:
    return tuple(pattern(path) for reading in every_reading().values() for path in reading.paths)


def may_read(path: str) -> bool:
    """Whether a reading asks for this path of Graph (without its query)."""
    return any(one.fullmatch(path) for one in _paths())


def may_send(method: str, path: str, query: str, body: bytes) -> bool:
    """Whether a call of a kind looks so. A query counts as a part of the path."""
    found = _json(body)
    whole = f"{path}?{query}" if query else path
    return any(
        one.method == method and matches.fullmatch(whole) is not None and found is not _BROKEN and one.body(found)
        for matches, one in _shapes()
    )


def may_invoke(cmdlet: str, parameters: Mapping[str, Json]) -> bool:
    """Whether a reading or a call of a kind invokes this cmdlet with such parameters."""
    if cmdlet.startswith("Get-"):
        return any(cmdlet in reading.cmdlets for reading in every_reading().values())
    return any(
        one.api is Api.EXCHANGE and one.path == cmdlet and one.body(parameters)
        for kind in KINDS.values()
        for one in kind.shapes
    )


_BROKEN: Json = "a body that is no JSON"


def _json(body: bytes) -> Json:
    if not body:
        return None
    try:
        found: Json = json.loads(body, object_pairs_hook=_once)
    except ValueError:
        return _BROKEN
    return found


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
