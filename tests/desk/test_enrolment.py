"""The door of the desk: who becomes an approver, and how."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq.errors import BadRequest, NotFound, Refused
from licenseiq.policy import Policy
from licenseiq_desk.approval import approvers
from licenseiq_desk.store.blobs import as_bytes
from tests.desk.fakes import TENANT, World, plan_for, world_in
from tests.desk.passkey_world import WRONG, begin, enrol, kinds, nothing_was_approved, options_of, with_passkeys
from tests.desk.soft_authenticator import SoftAuthenticator, b64

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=30))
    yield made
    made.desk.close()
    made.inbox.close()


def test_nobody_enrols_unless_the_door_was_opened(world: World) -> None:
    """INV-09."""
    key = SoftAuthenticator()
    with pytest.raises(Refused):
        world.desk.enrolments.enrol(TENANT, "guess", key.register({"challenge": "x"}))
    with pytest.raises(Refused):
        options_of(world, "guess")
    assert world.desk.approvers(TENANT) == ()
    assert kinds(world) == ["enrolment_refused", "enrolment_refused"]


def test_the_terminal_opens_it_for_the_first_approver_only(world: World) -> None:
    """INV-09."""
    first, _ = enrol(world)
    with pytest.raises(Refused):
        world.desk.enrolments.open(TENANT, "Eve", "eve")
    second, _ = enrol(world, "Ben", "ben", by=first)
    assert [one.enrolled for one in world.desk.approvers(TENANT)] == ["terminal bootstrap", f"by {first}"]
    with pytest.raises(NotFound):
        enrol(world, "Eve", "eve", by="nobody")
    assert second != first


def test_two_doors_for_a_first_approver_let_in_one(world: World) -> None:
    doors = [world.desk.enrolments.open(TENANT, name, name) for name in ("Ada", "Eve")]
    keys = [SoftAuthenticator(credential_id=bytes([n]) * 8) for n in (1, 2)]
    answers = [key.register(options_of(world, door.code)) for key, door in zip(keys, doors, strict=True)]
    world.desk.enrolments.enrol(TENANT, doors[0].code, answers[0])
    with pytest.raises(Refused):
        world.desk.enrolments.enrol(TENANT, doors[1].code, answers[1])
    assert len(world.desk.approvers(TENANT)) == 1


@pytest.mark.parametrize("wrong", [*WRONG, "another challenge", "too late", "twice"])
def test_a_door_lets_in_only_who_was_asked(world: World, wrong: str) -> None:
    """INV-09."""
    door = world.desk.enrolments.open(TENANT, "Ada", "ada")
    faults = {name: value for name, value in WRONG.get(wrong, {}).items() if name != "kind"}
    key = SoftAuthenticator(**faults, kind="webauthn.get" if wrong != "a registration" else "webauthn.wrong")
    answer = key.register(options_of(world, door.code))
    if wrong == "another challenge":
        options_of(world, door.code)
    if wrong == "too late":
        world.clock.move(601)
    if wrong == "twice":
        world.desk.enrolments.enrol(TENANT, door.code, answer)
    with pytest.raises(Refused):
        world.desk.enrolments.enrol(TENANT, door.code, answer)
    assert len(world.desk.approvers(TENANT)) == (wrong == "twice")


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u2066", "x" * 81])
def test_an_approver_has_a_name(world: World, name: str) -> None:
    with pytest.raises(BadRequest):
        world.desk.enrolments.open(TENANT, name, "ada")


def test_the_ledger_names_no_approver(world: World) -> None:
    enrol(world, "Ada Lovelace")
    with world.desk._store.database.read() as db:
        entries = db.exec_driver_sql("SELECT entry FROM ledger_entry").scalars().all()
    assert b"Lovelace" not in b"".join(map(as_bytes, entries))


def test_a_key_that_was_slipped_into_the_store_shows_in_the_ledger(world: World) -> None:
    """INV-42."""
    who, _ = enrol(world)
    assert world.desk.verify_ledger(TENANT).is_whole
    with world.desk._store.database.write() as db:
        db.exec_driver_sql(
            "INSERT INTO passkey VALUES (?, 'planted', ?, ?, 0, '', '2026-01-01T00:00:00Z')", (TENANT, who, b"key")
        )
    assert not world.desk.verify_ledger(TENANT).is_whole


def test_a_further_key_of_an_approver_makes_no_second_approver(world: World) -> None:
    """INV-08, INV-09: and it approves as the first one does; whose name it is has to allow it."""
    ada, first = enrol(world)
    for taken in ("Ada", "ADA", " ada "):
        ben = world.desk.enrolments.open(TENANT, taken, "", by=ada)
        assert (ben.approver_id, ben.is_further) == (ada, True)
    ben_id, _ = enrol(world, "Ben", "ben", by=ada)
    with pytest.raises(Refused, match="of that name"):
        world.desk.enrolments.open(TENANT, "ada", "", by=ben_id)
    door = world.desk.enrolments.open(TENANT, "Ada", "", by=ada)
    second = SoftAuthenticator(credential_id=b"another of Ada's")
    who = world.desk.enrolments.enrol(TENANT, door.code, second.register(options_of(world, door.code)))
    assert (who.approver_id, who.enrolled) == (ada, "terminal bootstrap")
    assert [one.name for one in world.desk.approvers(TENANT)] == ["Ada", "Ben"]
    with world.desk._store.database.read() as db:
        keys = approvers.keys_of(db, TENANT, ada)
    assert {key.credential_id for key in keys} == {b64(first.credential_id), b64(second.credential_id)}
    assert world.desk.verify_ledger(TENANT).is_whole


async def test_two_keys_of_one_person_are_one_approval(world: World) -> None:
    """INV-08: above the limit the second key of the first approver is not a second approver."""
    ada, first = enrol(world)
    enrol(world, "Ben", "ben", by=ada)
    door = world.desk.enrolments.open(TENANT, "Ada", "", by=ada)
    second = SoftAuthenticator(credential_id=b"another of Ada's")
    world.desk.enrolments.enrol(TENANT, door.code, second.register(options_of(world, door.code)))
    world.put(plan_for(Policy().people_per_approver + 1))
    begun = await begin(world, ada)
    assert world.desk.decisions.decide(begun.ticket, first.sign(begun.options)).missing == 1
    again = await begin(world, ada)
    with pytest.raises(Refused, match="already"):
        world.desk.decisions.decide(again.ticket, second.sign(again.options))
    await nothing_was_approved(world)


async def test_who_asked_does_not_approve_where_somebody_else_can(world: World) -> None:
    """INV-08: the account that asked stands in the plan as a pseudonym, and is compared as one."""
    with_passkeys(world, account_name=lambda account: f"account of {account}")
    ada, _ = enrol(world)
    ben, key = enrol(world, "Ben", "ben", by=ada)
    asked = {"channel": "stdio", "client": "chat", "account": "account of ada"}
    world.put(plan_for(requested_by=asked), "p-1")
    world.put(plan_for(evaluation_id="ev-2"), "p-2")
    with pytest.raises(Refused, match="asked for this"):
        await begin(world, ada)
    with pytest.raises(Refused, match="asked for this"):
        await begin(world, ada, "p-1", "p-2")
    begun = await begin(world, ben)
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    assert await world.finish() == "complete"


async def test_an_approval_of_who_asked_starts_nothing_though_it_was_kept(world: World) -> None:
    """INV-08: the executor counts again. Alone it was allowed; by the time the run starts there is somebody else."""
    with_passkeys(world, account_name=str)
    ada, key = enrol(world)
    world.put(plan_for(requested_by={"channel": "stdio", "client": "chat", "account": "ada"}))
    begun = await begin(world, ada)
    world.desk.decisions.decide(begun.ticket, key.sign(begun.options))
    enrol(world, "Ben", "ben", by=ada)
    await world.advance()
    assert (world.report().runs, world.tenant.sent) == ((), [])
