"""Which products include which, from the packaged data; read at the first question, and never at a start."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from licenseiq.skus import Overlaps


@cache
def load_overlaps() -> Overlaps:
    """Parsed once per process."""
    raw: dict[str, Any] = json.loads(
        files("licenseiq_tenant.prices").joinpath("data", "overlaps.json").read_text(encoding="utf-8")
    )
    skus: list[str] = raw["skus"]

    def pairs(name: str) -> dict[str, frozenset[str]]:
        return {skus[smaller]: frozenset(skus[place] for place in larger) for smaller, *larger in raw[name]}

    supersedes: dict[str, set[str]] = {}
    for lower, higher in raw["supersedes"]:
        supersedes.setdefault(lower, set()).add(higher)
    return Overlaps(
        larger=pairs("larger"),
        review=pairs("review"),
        rejected=pairs("rejected"),
        supersedes={lower: frozenset(higher) for lower, higher in supersedes.items()},
        noise=frozenset(raw["noise"]),
    )
