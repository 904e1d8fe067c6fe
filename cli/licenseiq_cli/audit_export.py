"""The parts of `licenseiq audit` that leave this machine: an export, its verifier, proofs; and verifying an export."""

import argparse
import json
import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from licenseiq.errors import BadRequest, NotFound, SettingsError
from licenseiq.words import count
from licenseiq_cli.export_files import write_all
from licenseiq_desk import audit
from licenseiq_desk.ledger.anchor import anchors_in
from licenseiq_desk.ledger.standalone_verify import Wrong, verify_export, words

VERIFIER = "licenseiq_verify.py"


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger: the home that it is in, and whose it is."""

    home: Path
    is_demo: bool
    tenant_id: str


def export(places: Collection[Place], options: argparse.Namespace) -> int:
    """Writes one file with every ledger. Raises Refused where a file is there already."""
    if not places:
        raise NotFound("There is no ledger here yet.", "The desk begins one with its first proposal; --demo is apart.")
    now = datetime.now(UTC)
    content = b"".join(
        line for one in places for line in audit.export(one.home, one.tenant_id, is_demo=one.is_demo, now=now)
    )
    if options.to is None:
        if options.with_verifier:
            raise BadRequest("The verifier is written beside a file.", "Name one with --to.")
        sys.stdout.buffer.write(content)
        return 0
    to = Path(options.to).expanduser()
    written = {to: content}
    if options.with_verifier:
        written[to.parent / VERIFIER] = verifier()
    write_all(written, force=options.force)
    print(f"{count(len(places), 'ledger')} in {to}.")  # noqa: T201
    if options.with_verifier:
        print(f"Anybody with Python and `cryptography` verifies it: python {VERIFIER} {to.name}")  # noqa: T201
    return 0


def verifier() -> bytes:
    """The verifier's one file, as it runs here too."""
    return (files("licenseiq_desk.ledger") / "standalone_verify.py").read_bytes()


def verify_file(options: argparse.Namespace) -> int:
    """Verifies an export by itself. Returns 1 where something does not verify. Raises SettingsError without a file."""
    anchors = [dict(row) for row in anchors_in(Path(options.anchor))] if options.anchor else []
    try:
        with Path(options.file).expanduser().open("rb") as lines:
            verdicts = verify_export(lines, [options.key] if options.key else [], anchors)
    except OSError as error:
        raise SettingsError(f"The export could not be read: {error.strerror}.", "Name the file.") from error
    except Wrong as error:
        print(json.dumps({"ledgers": [], "problem": str(error)}) if options.json else f"BROKEN  {error}")  # noqa: T201
        return 1
    if options.json:
        facts = [{**vars(one), "origins": sorted(one.origins), "is_whole": not one.problems} for one in verdicts]
        print(json.dumps({"ledgers": facts}, indent=2))  # noqa: T201
    else:
        print("\n".join(line for one in verdicts for line in words(one)))  # noqa: T201
    return 1 if any(one.problems for one in verdicts) else 0


def prove(places: Collection[Place], options: argparse.Namespace) -> int:
    """Prints a proof as JSON. Raises NotFound, and BadRequest where it is not clear whose ledger is meant."""
    meant = [one for one in places if options.tenant in (None, one.tenant_id)]
    if not meant:
        raise NotFound("There is no such ledger here.", "See 'licenseiq audit verify'.")
    if len(meant) > 1:
        raise BadRequest("There are ledgers of several tenants here.", "Name one with --tenant.")
    one = meant[0]
    found = audit.proof(one.home, one.tenant_id, seq=options.seq, older=options.first, is_demo=one.is_demo)
    print(json.dumps(found, indent=2))  # noqa: T201
    return 0
