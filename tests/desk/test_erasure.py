"""Erasing a person from everything that the desk holds. INV-45."""

import hashlib
import hmac
from dataclasses import replace

import pytest

from licenseiq.errors import Refused
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals
from tests.desk.fakes import TENANT, Killed, World, person_id, plan_for
from tests.desk.passkey_world import bodies

pytestmark = pytest.mark.anyio


def opened(world: World, proposal_id: str) -> list[str]:
    store = world.desk._store
    return sorted(proposals.openings(store, TENANT, proposal_id, proposals.get(store, TENANT, proposal_id).plan))


def about_two_people(world: World) -> None:
    """p-1 and p-2 are about persons 1 and 2, p-3 about person 2 alone."""
    for n in (1, 2):
        world.put(plan_for(2, evaluation_id=f"ev-{n}"), f"p-{n}")
    other = plan_for(2, evaluation_id="ev-3")
    world.put(replace(other, subjects=other.subjects[1:], steps=other.steps[3:]), "p-3")


async def test_one_person_is_gone_from_every_proposal_and_everything_verifies(world: World) -> None:
    about_two_people(world)
    await world.approve("p-1")
    await world.finish()
    found = world.desk.erase_subject(TENANT, person_id(1).upper(), "run-9")
    assert found.proposals == ("p-1", "p-2")
    assert [opened(world, one) for one in ("p-1", "p-2", "p-3")] == [["s2"], ["s2"], ["s2"]]
    (body,) = bodies(world, Kind.SUBJECT_ERASED)
    assert body == {"proposals": ["p-1", "p-2"], "references": ["s1", "s1"], "by": "run-9"}
    assert world.desk.verify_ledger(TENANT).is_whole
    assert "s1: (erased)" in world.desk.lines(TENANT, "p-1")


async def test_no_dictionary_of_ids_matches_anything_that_is_left(world: World) -> None:
    """Whoever takes the whole home, keys and all, finds nothing that an id could be tried against."""
    about_two_people(world)
    await world.approve("p-1")
    await world.finish()
    store = world.desk._store
    key = (store.keys_folder / "people.secret").read_bytes()
    needles = [person_id(1).encode(), hmac.digest(key, f"{TENANT}/{person_id(1)}".encode(), "sha256").hex().encode()]
    assert needles[1] in everything(world)
    world.desk.erase_subject(TENANT, person_id(1), "run-9")
    world.desk.close()
    world.inbox.close()
    left = everything(world)
    assert not [one for one in (*needles, hashlib.sha256(needles[0]).hexdigest().encode()) if one in left]
    world.reopen()
    with world.desk._store.database.read() as db:
        assert len(set(db.exec_driver_sql("SELECT person FROM touched").scalars())) == 2


def everything(world: World) -> bytes:
    return b"".join(path.read_bytes() for path in world.home.rglob("*") if path.is_file())


async def test_who_is_nobodys_subject_leaves_no_entry(world: World) -> None:
    about_two_people(world)
    assert world.desk.erase_subject(TENANT, person_id(3), "run-9").proposals == ()
    assert bodies(world, Kind.SUBJECT_ERASED) == []


async def test_nobody_is_erased_while_a_run_about_them_goes_on(world: World) -> None:
    about_two_people(world)
    world.tenant.faults["disable"] = ["throttled"]
    await world.approve("p-1")
    await world.advance()
    with pytest.raises(Refused, match="has not ended"):
        world.desk.erase_subject(TENANT, person_id(1), "run-9")
    assert opened(world, "p-2") == ["s1", "s2"]
    await world.finish()
    assert world.desk.erase_subject(TENANT, person_id(1), "run-9").proposals == ("p-1", "p-2")


async def test_after_a_crash_before_the_keys_go_the_same_call_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-17."""

    def die(*_: object) -> None:
        raise Killed

    about_two_people(world)
    with monkeypatch.context() as patch:
        patch.setattr(world.desk._store.keys, "destroy", die)
        with pytest.raises(Killed):
            world.desk.erase_subject(TENANT, person_id(1), "run-9")
    assert world.desk.erase_subject(TENANT, person_id(1), "run-9").proposals == ("p-1", "p-2")
    assert opened(world, "p-1") == ["s2"]


async def test_a_key_from_before_keys_told_whose_they_are_is_found_too(world: World) -> None:
    about_two_people(world)
    world.desk.take_over(TENANT)
    with world.desk._store.keys._database.write() as db:
        db.exec_driver_sql("UPDATE subject_key SET person = NULL WHERE proposal_id = 'p-1'")
    assert world.desk.erase_subject(TENANT, person_id(1), "run-9").proposals == ("p-1", "p-2")
    assert opened(world, "p-1") == ["s2"]
