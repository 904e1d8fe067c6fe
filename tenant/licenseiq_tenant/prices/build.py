"""Makes `data/overlaps.json` from `overlaps.toml`, which is too large to be read at run time.

Run `python -m licenseiq_tenant.prices.build FOLDER` with the folder that holds the TOML file. Only what rules need is
kept: pairs by SKU id, which plan supersedes which, and the plans that prove nothing.
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "data" / "overlaps.json"


def compact(raw: dict[str, Any]) -> dict[str, Any]:
    """The pairs as lists of places in `skus`: smaller, then everything that includes it."""
    skus = sorted({row[side] for row in _pairs(raw) for side in ("larger_id", "smaller_id")})
    place = {sku_id: number for number, sku_id in enumerate(skus)}

    def grouped(rows: list[dict[str, Any]]) -> list[list[int]]:
        found: dict[int, set[int]] = {}
        for row in rows:
            found.setdefault(place[row["smaller_id"]], set()).add(place[row["larger_id"]])
        return [[smaller, *sorted(larger)] for smaller, larger in sorted(found.items())]

    method = raw["method"]
    return {
        "skus": skus,
        "larger": grouped([row for row in raw["overlap"] if not row.get("smaller_is_free")]),
        "review": grouped([row for row in raw["named"] if row["report"] == "review"]),
        "rejected": grouped(raw["rejected"]),
        "supersedes": _closed([(edge["lower_id"], edge["higher_id"]) for edge in method["supersedes"]]),
        "noise": sorted(method["noise_plan_ids"]),
    }


def _pairs(raw: dict[str, Any]) -> list[dict[str, Any]]:
    return [*raw["overlap"], *raw["named"], *raw["rejected"]]


def _closed(edges: list[tuple[str, str]]) -> list[list[str]]:
    """Every plan with every plan above it, over any number of steps."""
    above: dict[str, set[str]] = {}
    for lower, higher in edges:
        above.setdefault(lower, set()).add(higher)

    def all_above(plan: str) -> set[str]:
        return above.get(plan, set()).union(*(all_above(higher) for higher in above.get(plan, ())))

    return sorted([lower, higher] for lower in above for higher in all_above(lower))


def main() -> int:
    """Writes the file. Exit code 2 without a folder that holds overlaps.toml."""
    source = Path(sys.argv[1] if len(sys.argv) == 2 else "") / "overlaps.toml"
    if not source.is_file():
        sys.stderr.write("Name the folder that holds overlaps.toml.\n")
        return 2
    raw = tomllib.loads(source.read_text(encoding="utf-8"))
    TARGET.write_text(json.dumps(compact(raw), separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
