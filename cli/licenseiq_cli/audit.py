"""`licenseiq audit`: verify, export and anchor the ledgers of this machine's homes, and prove parts of them."""

import argparse
import json
from collections.abc import Collection
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from licenseiq.errors import StateUnknown
from licenseiq.words import count
from licenseiq_cli.audit_export import Place, export, prove, verify_file
from licenseiq_cli.homes import demo_home, home
from licenseiq_desk.audit import anchored, tenants, verify_home
from licenseiq_desk.ledger.anchor import Anchor, anchors_in, file_of
from licenseiq_desk.ledger.verify import LedgerVerdict

# (where it is, what was found)
Verified = tuple[Place, LedgerVerdict]


def run(options: argparse.Namespace) -> int:
    """Returns 1 when a ledger is broken. Raises StateUnknown or SettingsError when one cannot be verified at all."""
    if options.action == "verify" and options.file:
        return verify_file(options)
    places = _places(demo=True) if options.demo or options.action == "verify" else []
    if not options.demo:
        places += _places(demo=False)
    if options.action == "export":
        return export(places, options)
    if options.action == "proof":
        return prove(places, options)
    return _anchor(places, options) if options.action == "anchor" else _verify(places, options)


def _places(*, demo: bool) -> list[Place]:
    folder = demo_home() if demo else home()
    try:
        return [Place(folder, demo, tenant_id) for tenant_id in tenants(folder)]
    except SQLAlchemyError as error:
        raise _unreadable(folder) from error


def _unreadable(folder: Path) -> StateUnknown:
    return StateUnknown(
        f"The desk's store in {folder} could not be read as a database, so its ledger is not verified.",
        "Restore it from a backup.",
    )


def _verified(places: Collection[Place], anchors: Collection[Anchor] = ()) -> list[Verified]:
    found = []
    for place in places:
        try:
            verdict = verify_home(place.home, place.tenant_id, anchors)
        except SQLAlchemyError as error:
            raise _unreadable(place.home) from error
        if verdict is not None:
            found.append((place, verdict))
    return found


def _verify(places: Collection[Place], options: argparse.Namespace) -> int:
    anchors = anchors_in(Path(options.anchor)) if options.anchor else ()
    found = _verified(places, anchors)
    gone = _gone(places, anchors, demo_only=options.demo)
    if options.json:
        facts = {"ledgers": [_facts(*one, anchors) for one in found], "anchored_but_gone": gone}
        print(json.dumps(facts, indent=2))  # noqa: T201
    elif not found and not gone:
        print("There is no ledger yet: the desk has taken nothing over.")  # noqa: T201
    else:
        lines = [line for one in found for line in _lines(*one, anchors if options.anchor else None)]
        lines += [f"BROKEN tenant {tenant_id}: it was anchored, and has no ledger here any more" for tenant_id in gone]
        print("\n".join(lines))  # noqa: T201
    return 1 if gone or not all(verdict.is_whole for _, verdict in found) else 0


def _gone(places: Collection[Place], anchors: Collection[Anchor], *, demo_only: bool) -> list[str]:
    """Tenants that were anchored and have no ledger any more. (A demo's ends with the demo.)"""
    if demo_only:
        return []
    anchored_here = {str(row.get("tenant")) for row in anchors if not row.get("demo")}
    return sorted(anchored_here - {place.tenant_id for place in places})


def _anchor(places: Collection[Place], options: argparse.Namespace) -> int:
    place = Path(options.to)
    before = anchors_in(place) if file_of(place).exists() else ()
    rows, code = list[dict[str, object]](), 0
    for one, verdict in _verified(places, before):
        if verdict.size and verdict.is_whole:
            anchor, is_new = anchored(one.home, one.tenant_id, place, is_demo=one.is_demo)
            rows.append({**anchor, "is_new": is_new})
        elif not verdict.is_whole:
            code = 1
            rows.append(_facts(one, verdict, before))
    if options.json:
        print(json.dumps({"anchors": rows}, indent=2))  # noqa: T201
    elif not rows:
        print("There is no ledger yet: the desk has taken nothing over.")  # noqa: T201
    for row in () if options.json else rows:
        if "is_new" not in row:
            told = "BROKEN, so it is not anchored: see 'licenseiq audit verify'"
        else:
            entries = count(int(str(row["size"])), "entry", "entries")
            told = f"{entries}, {'anchored' if row['is_new'] else 'anchored before'}, root {row['root']}"
        print(f"tenant {row.get('tenant') or row.get('tenant_id')}: {told}")  # noqa: T201
    return code


def _lines(place: Place, verdict: LedgerVerdict, anchors: Collection[Anchor] | None) -> list[str]:
    state = "whole" if verdict.is_whole else "BROKEN"
    size = count(verdict.size, "entry", "entries")
    lines = [
        f"{state}  tenant {place.tenant_id}{' (demo)' if place.is_demo else ''}: {size}",
        f"  root {verdict.root}",
        f"  key  {verdict.public_key or 'none'}",
    ]
    if anchors is not None:
        lines.append(f"  {_anchor_words(_heads_of(place, anchors))}")
    return lines + [f"  {problem}" for problem in verdict.problems]


def _anchor_words(heads: list[Anchor]) -> str:
    if not heads:
        return "not anchored there: a cut tail would not show"
    newest = max(int(row["size"]) for row in heads if isinstance(row.get("size"), int))
    return f"compared with {count(len(heads), 'anchor')}, the newest of {count(newest, 'entry', 'entries')}"


def _heads_of(place: Place, anchors: Collection[Anchor]) -> list[Anchor]:
    return [row for row in anchors if row.get("tenant") == place.tenant_id]


def _facts(place: Place, verdict: LedgerVerdict, anchors: Collection[Anchor]) -> dict[str, object]:
    return {
        "tenant_id": place.tenant_id,
        "is_demo": place.is_demo,
        "is_whole": verdict.is_whole,
        "size": verdict.size,
        "root": verdict.root,
        "public_key": verdict.public_key,
        "anchors": len(_heads_of(place, anchors)),
        "problems": list(verdict.problems),
    }
