"""One of two processes that want the same at once: `python -m tests.desk.racing HOME URL NAME`.

Says 'ready', waits for a line, and then tries what only one may have. Prints what it got as one JSON object.
"""

import json
import os
import sys
import time
from contextlib import closing
from pathlib import Path

import anyio

from licenseiq_desk.approval.records import AlreadyConsumed
from licenseiq_desk.desk import Desk
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.desk_store import open_store
from licenseiq_desk.surroundings import Surroundings
from licenseiq_tenant.database import Database
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.places import place_stores
from licenseiq_tenant.postgresql.server import Server
from licenseiq_tenant.snapshot.lease import Budget, acquire
from tests.desk.fakes import START, TENANT, Clock, FakeTenant, demo_of

TENANTS, ENTRIES, TAKES, MOST = 40, 25, 20, 10


def starts(home: Path, name: str, approvals: list[list[str]]) -> list[str]:
    """The proposals whose one run this process has started."""
    clock, won = Clock(), []
    around = Surroundings(clock.now, lambda prefix: f"{prefix}-{name}-{os.urandom(4).hex()}", os.urandom, clock.sleep)
    with closing(Inbox(home)) as inbox, closing(Desk(home, inbox, demo=demo_of(), around=around)) as desk:
        executor = desk.executor(FakeTenant(clock))
        for approval_id, proposal_id in approvals:
            try:
                anyio.run(executor.start, TENANT, approval_id, proposal_id)
                won.append(proposal_id)
            except AlreadyConsumed:
                continue
    return won


def leases(home: Path) -> tuple[list[str], int]:
    """The tenants whose scan this process holds, and how many requests it was granted."""
    clock = Clock()
    with closing(Database(home / "snapshot.db", "licenseiq_tenant.snapshot.migrations")) as database:
        held = []
        for name in (f"t{number}" for number in range(TENANTS)):
            if acquire(database, name, clock.now) is not None:
                held.append(name)
            time.sleep(0.002)  # so that the other one is at it too, also on a busy machine
        granted = sum(Budget("sign_ins", MOST, 600.0).take(database, "t", clock.now) == 0.0 for _ in range(TAKES))
    return held, granted


def append(home: Path) -> None:
    """Adds ENTRIES entries to the one ledger."""
    store = open_store(home)
    for number in range(ENTRIES):
        with store.database.write() as db:
            store.ledger.append(db, TENANT, START, Kind.OUTCOME, {"number": number})
    store.close()


def main(home: Path, url: str, name: str) -> None:
    place_stores(lambda folder: Server(url) if folder == home else None)
    say("ready")
    approvals = json.loads(sys.stdin.readline())
    won = starts(home, name, approvals)
    held, granted = leases(home)
    append(home)
    say(json.dumps({"won": won, "held": held, "granted": granted}))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
