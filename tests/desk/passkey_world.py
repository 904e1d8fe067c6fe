"""A desk that knows passkeys, somebody enrolled, and a decision that was begun."""

import json
from typing import Any

from licenseiq.policy import Policy
from licenseiq.proposals.statement import Decision
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.decisions import Begun
from licenseiq_desk.approval.passkeys import RelyingParty
from licenseiq_desk.desk import Desk
from licenseiq_desk.store.blobs import as_bytes
from tests.desk.fakes import TENANT, World, demo_of
from tests.desk.soft_authenticator import SoftAuthenticator

PARTY = RelyingParty("http://localhost:8765", "localhost")
WRONG: dict[str, dict[str, Any]] = {
    "another port": {"origin": "http://localhost:9999"},
    "an address for a name": {"origin": "http://127.0.0.1:8765"},
    "another host": {"origin": "https://evil.example"},
    "another relying party": {"rp_id": "evil.example"},
    "nobody verified": {"user_verified": False},
    "nobody present": {"user_present": False, "user_verified": False},
    "a registration": {"kind": "webauthn.create"},
}
"""What a false authenticator could do."""


def with_passkeys(world: World, policy: Policy | None = None, **more: Any) -> World:
    """The same world, whose desk knows passkeys."""
    world.desk.close()
    authority = Authority(demo_of(), PARTY, **more)
    given = policy or Policy()
    world.desk = Desk(world.home, world.inbox, authority=authority, policy=lambda: given, around=world.clock.around())
    return world


def enrol(
    world: World, name: str = "Ada", account: str = "ada", by: str | None = None
) -> tuple[str, SoftAuthenticator]:
    door = world.desk.enrolments.open(TENANT, name, account, by)
    key = SoftAuthenticator(credential_id=f"credential of {name}".encode())
    who = world.desk.enrolments.enrol(TENANT, door.code, key.register(options_of(world, door.code)))
    return who.approver_id, key


def options_of(world: World, code: str) -> Any:
    return world.desk.enrolments.options(TENANT, code)


async def begin(world: World, who: str, *proposals: str, **more: Any) -> Begun:
    world.desk.take_over(TENANT)
    return await world.desk.decisions.begin(
        TENANT, proposals or ("p-1",), who, more.pop("decision", Decision.APPROVE), world.tenant, **more
    )


def kinds(world: World) -> list[str]:
    with world.desk._store.database.read() as db:
        rows = db.exec_driver_sql("SELECT entry FROM ledger_entry ORDER BY seq").scalars().all()
    return [json.loads(as_bytes(row))["kind"] for row in rows]


def bodies(world: World, kind: str) -> list[dict[str, Any]]:
    """What the entries of a kind say, in their order."""
    return bodies_of(world.desk, kind)


def bodies_of(desk: Desk, kind: str) -> list[dict[str, Any]]:
    with desk._store.database.read() as db:
        rows = db.exec_driver_sql("SELECT entry FROM ledger_entry ORDER BY seq").scalars().all()
    entries = [json.loads(as_bytes(row)) for row in rows]
    return [entry["body"] for entry in entries if entry["kind"] == kind]


async def nothing_was_approved(world: World) -> None:
    await world.advance()
    assert (world.report().state, world.report().runs, world.tenant.sent) == ("open", (), [])
