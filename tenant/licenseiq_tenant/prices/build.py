"""Renews the packaged product data: `python -m licenseiq_tenant.prices.build FOLDER EDITION`.

FOLDER holds newly compiled `skus.csv`, `service_plans.csv`, `prices.toml`, `tiers.toml` and `overlaps.toml`; EDITION is
the day of that, such as 2026-11-23. Everything is checked before anything is written. `overlaps.toml` is too large to
be read at run time: of it only what rules need is kept, as `overlaps.json`.
"""

import csv
import json
import re
import sys
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
COPIED = ("skus.csv", "service_plans.csv", "prices.toml", "tiers.toml")
OVERLAPS = "overlaps.toml"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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


def problems(folder: Path) -> list[str]:
    """What is wrong with newly compiled files, a sentence each; empty where they can be used."""
    if missing := [name for name in (*COPIED, OVERLAPS) if not (folder / name).is_file()]:
        return [f"{name} is missing." for name in missing]
    skus, plans = _rows(folder / "skus.csv"), _rows(folder / "service_plans.csv")
    prices, tiers, overlaps = (_toml(folder / name) for name in ("prices.toml", "tiers.toml", OVERLAPS))
    known = {row[0] for row in skus}
    named = {
        "service_plans.csv": {row[0] for row in plans},
        "prices.toml": {sku_id for row in prices["price"] for sku_id in row["sku_ids"]},
        "tiers.toml": {sku_id for row in (*tiers["tier"], *tiers["product"]) for sku_id in row["sku_ids"]},
        OVERLAPS: {row[side] for row in overlaps["overlap"] for side in ("larger_id", "smaller_id")},
    }
    found = [f"skus.csv: {sku_id} is no id of a SKU." for sku_id in sorted(known) if not _GUID.fullmatch(sku_id)]
    found += [f"skus.csv has {sku_id} twice." for sku_id, rows in Counter(row[0] for row in skus).items() if rows > 1]
    for name, ids in named.items():
        found += [f"{name} names {sku_id}, which skus.csv lacks." for sku_id in sorted(ids - known)]
    current = Counter(s for row in prices["price"] if row["status"] == "current" for s in row["sku_ids"])
    found += [f"prices.toml has two current prices of {sku_id}." for sku_id, rows in current.items() if rows > 1]
    for row in prices["price"]:
        if row["status"] not in prices["enumerations"]["status"]:
            found.append(f"prices.toml: {row['product']} has the unknown status {row['status']}.")
        if not isinstance(row["usd_micros"], int) or row["usd_micros"] < 0:
            found.append(f"prices.toml: {row['product']} has a price that is no whole number of micro-units.")
    return found


def renew(folder: Path, edition: date, target: Path = DATA) -> None:
    """Writes the package's data from files without `problems`."""
    for name in COPIED:
        (target / name).write_bytes((folder / name).read_bytes())
    text = json.dumps(compact(_toml(folder / OVERLAPS)), separators=(",", ":")) + "\n"
    (target / "overlaps.json").write_text(text, encoding="utf-8")
    (target / "edition.txt").write_text(f"{edition.isoformat()}\n", encoding="utf-8")


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def main(words: list[str]) -> int:
    """0 when the data was renewed, 1 when the files are wrong, 2 for a wrong call."""
    try:
        folder, edition = Path(words[0]), date.fromisoformat(words[1])
    except (IndexError, ValueError):
        sys.stderr.write("Name the folder of the new files and the day of their compilation, as 2026-11-23.\n")
        return 2
    if wrong := problems(folder):
        sys.stderr.write("\n".join(wrong) + "\nNothing was written.\n")
        return 1
    renew(folder, edition)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
