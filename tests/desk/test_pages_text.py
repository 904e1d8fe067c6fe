"""Text of the tenant on the desk's pages, and plans whose bytes were changed (INV-28)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Subject
from tests.desk.fakes import TENANT, World, blocker, person_id, plan_for, world_in
from tests.desk.page_client import browser
from tests.desk.passkey_world import enrol, with_passkeys

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = with_passkeys(world_in(tmp_path, people=30))
    yield made
    made.desk.close()
    made.inbox.close()


async def test_text_of_the_tenant_is_text_on_every_page(world: World) -> None:
    """INV-28: markup in a name, a client's name, a cure and an approver's name."""
    evil = "<img src=x onerror=alert(1)>"
    values = {"user_id": person_id(1), "user_principal_name": "person1@contoso.example", "display_name": evil}
    opened = Opening("s1", bytes(32), values)
    base = plan_for()
    plan = plan_for(
        subjects=(Subject("s1", commit(opened)),),
        requested_by={"channel": "stdio", "client": evil},
        hand_offs=(type(base.hand_offs[0])("mailbox", "s1", evil),),
        blockers=(type(blocker(1))("holds_not_yet_read", (3,), evil),),
    )
    enrol(world, evil)
    world.inbox.put("p-1", plan, [opened], "key")
    async with browser(world) as client:
        pages = [(await client.get(path)).text for path in ("/", "/proposals/p-1", "/approvers")]
    assert "&lt;img" in "".join(pages)
    assert [page for page in pages if "<img" in page] == []


async def test_a_plan_whose_bytes_changed_is_shown_as_such(world: World) -> None:
    """INV-05."""
    world.put(plan_for())
    world.desk.take_over(TENANT)
    with world.desk._store.database.write() as db:
        db.exec_driver_sql("UPDATE proposal SET plan = ?", (b'{"a":1}',))
    async with browser(world) as client:
        assert "bytes have changed" in (await client.get("/")).text
        answer = await client.get("/proposals/p-1")
    assert (answer.status_code, "digest" in answer.text) == (409, True)
