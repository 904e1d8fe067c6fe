"""`licenseiq audit verify`: recomputes every ledger of this machine's homes."""

import argparse
import json
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from licenseiq.errors import StateUnknown
from licenseiq.words import count
from licenseiq_cli.homes import demo_home, home
from licenseiq_desk.audit import tenants, verify_home
from licenseiq_desk.ledger.verify import LedgerVerdict

# (is it the demo's home, tenant id, what was found)
Verified = tuple[bool, str, LedgerVerdict]


def run(options: argparse.Namespace) -> int:
    """Returns 1 when a ledger is broken. Raises StateUnknown or SettingsError when one cannot be verified at all."""
    found = _verified(demo_home(), True)
    if not getattr(options, "demo", False):
        found += _verified(home(), False)
    if options.json:
        print(json.dumps({"ledgers": [_facts(*one) for one in found]}, indent=2))  # noqa: T201
    elif not found:
        print("There is no ledger yet: the desk has taken nothing over.")  # noqa: T201
    else:
        print("\n".join(line for one in found for line in _lines(*one)))  # noqa: T201
    return 0 if all(verdict.is_whole for _, _, verdict in found) else 1


def _verified(folder: Path, is_demo: bool) -> list[Verified]:
    try:
        verdicts = [(tenant_id, verify_home(folder, tenant_id)) for tenant_id in tenants(folder)]
    except SQLAlchemyError as error:
        raise StateUnknown(
            f"The desk's store in {folder} could not be read as a database, so its ledger is not verified.",
            "Restore it from a backup.",
        ) from error
    return [(is_demo, tenant_id, verdict) for tenant_id, verdict in verdicts if verdict is not None]


def _lines(is_demo: bool, tenant_id: str, verdict: LedgerVerdict) -> list[str]:
    state = "whole" if verdict.is_whole else "BROKEN"
    size = count(verdict.size, "entry", "entries")
    lines = [f"{state}  tenant {tenant_id}{' (demo)' if is_demo else ''}: {size}", f"  root {verdict.root}"]
    return lines + [f"  {problem}" for problem in verdict.problems]


def _facts(is_demo: bool, tenant_id: str, verdict: LedgerVerdict) -> dict[str, object]:
    return {
        "tenant_id": tenant_id,
        "is_demo": is_demo,
        "is_whole": verdict.is_whole,
        "size": verdict.size,
        "root": verdict.root,
        "problems": list(verdict.problems),
    }
