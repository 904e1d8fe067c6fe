"""Files of leavers, on the demo tenant: handed over, no longer shared outside, copied and counted."""

from typing import Any

import pytest

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.copy_onedrive import FOLDER
from licenseiq_demo.estate.drives import SITE_ID, link
from tests.steps.conftest import OneDesk, faults, step, told

pytestmark = pytest.mark.anyio
GIVE = step(StepKind.GRANT_ONEDRIVE_ACCESS, {"onedrive_access_of": "successor_id"})
ALONE = step(StepKind.END_EXTERNAL_SHARING, {"external_sharing_ended": True})
COPY = step(StepKind.COPY_ONEDRIVE, {"onedrive_copied_to": FOLDER})


def leaver(desk: OneDesk, *, site: bool = False) -> dict[str, Json]:
    """The values of a leaver with files and links to outside; copies go to the successor, or to the site."""
    tenant = desk.state.tenant
    user_id = tenant.story.is_in("leaver_with_outside_links")[0]
    successor = next(one for one in tenant.people if one.cause == "active" and one.drive_bytes)
    more: dict[str, Json] = {"successor_id": successor.id, "successor_principal": successor.upn}
    more[FOLDER] = "Files of a leaver (site)" if site else "Files of a leaver"
    return desk.values(user_id, **more, **({"leavers_site": SITE_ID} if site else {}))


def drive_of(desk: OneDesk, user_id: Json) -> Any:
    tenant = desk.state.tenant
    return desk.state.estate.drives.of(tenant.by_id[str(user_id)])


def copies(desk: OneDesk) -> int:
    return sum(1 for one in desk.writes() if str(one["path"]).endswith("/copy"))


@pytest.mark.parametrize("site", [False, True], ids=["successor", "site"])
async def test_files_are_copied_once_and_counted_at_both_ends(desk: OneDesk, site: bool) -> None:
    values, before = leaver(desk, site=site), copies(desk)
    proposal_id = await desk.approved(values, COPY)
    done = await desk.go_on(proposal_id)
    assert (done.state, done.outcomes) == ("complete", ["done"])
    source = drive_of(desk, values["user_id"])
    there = desk.state.estate.drives.site() if site else drive_of(desk, values["successor_id"])
    folder = there.child(there.root, str(values[FOLDER]))
    assert there.size_of(folder) == source.used > 0
    (line,) = told(desk, proposal_id)
    assert line.how.count(f"files of {source.used} bytes") == 2
    assert copies(desk) == before + 1
    assert (await desk.take(values, COPY)).outcomes == ["already_so"]


async def test_a_copy_that_is_one_file_short_is_never_done_and_says_how_far_it_is(desk: OneDesk) -> None:
    values = {**leaver(desk), FOLDER: "Short"}
    before = copies(desk)
    await faults(desk, "short_copy")
    proposal_id = await desk.approved(values, COPY)
    done = await desk.go_on(proposal_id, rounds=6)
    assert done.outcomes == ["waiting"]
    assert "files are there" in done.notes[0]
    desk.clock.move(90_000)
    done = await desk.go_on(proposal_id, rounds=2)
    await faults(desk)
    assert done.outcomes == ["failed"]
    assert copies(desk) == before + 1


async def test_the_successor_may_write_and_nobody_from_outside_may_read(desk: OneDesk) -> None:
    values = leaver(desk)
    proposal_id = await desk.approved(values, GIVE, ALONE)
    done = await desk.go_on(proposal_id)
    assert (done.state, done.outcomes) == ("complete", ["done", "done"])
    drive = drive_of(desk, values["user_id"])
    lines = told(desk, proposal_id)
    assert ("files", drive.web_url, "open to the successor") in {(one.what, one.name, one.how) for one in lines}
    assert "ended with people outside: 3" in {one.how for one in lines}
    rows = [row for item in drive.items.values() for row in item.permissions]
    assert [row for row in rows if row.get("grantedToV2", {}).get("user", {}).get("id") == values["successor_id"]]
    assert not [row for row in rows if row.get("link", {}).get("scope") == "anonymous"]
    assert (await desk.take(values, GIVE, ALONE)).outcomes == ["already_so", "already_so"]


async def test_somebody_without_a_onedrive_has_nothing_to_hand_over(desk: OneDesk) -> None:
    tenant = desk.state.tenant
    person = next(one for one in tenant.people if not one.drive_bytes and not tenant.roles_of(one.id))
    more = {name: value for name, value in leaver(desk).items() if name.startswith(("successor", "copy"))}
    changed = len(desk.writes())
    done = await desk.take(desk.values(person.id, **more), GIVE, ALONE, COPY)
    assert done.outcomes == ["already_so"] * 3
    assert len(desk.writes()) == changed


async def test_a_file_that_changed_after_it_was_copied_is_told_and_keeps_the_step_open(desk: OneDesk) -> None:
    """The same number of bytes is not the same file."""
    values = {**leaver(desk), FOLDER: "Changed"}
    source = drive_of(desk, values["user_id"])
    one = next(item for item in source.items.values() if not item.is_folder)
    was, one.at = one.at, "2099-01-01T00:00:00Z"
    done = await desk.take(values, COPY, rounds=4)
    one.at = was
    assert done.outcomes == ["waiting"]
    assert "1 changed after they were copied" in done.notes[0]


async def test_a_drive_of_two_thousand_files_is_counted_page_by_page(desk: OneDesk) -> None:
    values = {**leaver(desk), FOLDER: "Many"}
    source = drive_of(desk, values["user_id"])
    folder = source.add("Many", source.root, "2026-01-01T00:00:00Z", is_folder=True)
    for number in range(2_000):
        source.add(f"{number}.txt", folder, "2026-01-01T00:00:00Z", size=number)
    nested = folder
    for number in range(200):
        nested = source.add(f"Folder {number}", source.root if number % 2 else folder, folder.at, is_folder=True)
        source.add("file.txt", nested, folder.at, size=7)
    before = len(desk.state.recorder.entries)
    done = await desk.take(values, COPY)
    asked = [str(one["path"]) for one in desk.state.recorder.entries[before:]]
    source.remove(folder)
    assert done.outcomes == ["done"]
    assert sum(f"/drives/{source.id}/" in path for path in asked) < 40, "a request for each page, not for each folder"


async def test_more_than_one_copy_can_hold_is_for_a_person(desk: OneDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licenseiq.steps.copy_onedrive.MOST_ITEMS", 3)
    values, before = {**leaver(desk), FOLDER: "Too many"}, copies(desk)
    done = await desk.take(values, COPY, rounds=2)
    assert (done.outcomes, copies(desk)) == (["waiting"], before)
    assert done.notes[0].startswith("Handed over")


@pytest.mark.parametrize("path", ["/items/root/copy", "/items/root/children"], ids=["copy", "folder"])
async def test_a_copy_whose_answer_was_lost_is_found_by_reading_and_never_begun_again(desk: OneDesk, path: str) -> None:
    """INV-17: creation and copy are of the class that never happens twice."""
    values, before = {**leaver(desk), FOLDER: f"Lost {path}".replace("/", " ")}, copies(desk)
    await faults(desk, {"what": "lost_answer", "path": path, "method": "POST", "times": 1})
    done = await desk.take(values, COPY)
    await faults(desk)
    assert done.outcomes[0] in ("done", "confirmed_after_restart")
    assert copies(desk) == before + 1


async def test_a_file_that_comes_while_the_copy_is_under_way_is_told_as_missing(desk: OneDesk) -> None:
    """Changed in between: neither done, nor copied a second time."""
    values = {**leaver(desk), FOLDER: "In between"}
    source = drive_of(desk, values["user_id"])
    await faults(desk, "failed_copy")
    proposal_id = await desk.approved(values, COPY)
    done = await desk.go_on(proposal_id, rounds=2)
    await faults(desk)
    assert done.outcomes == ["waiting"]
    late = source.add("late.txt", source.root, "2026-11-23T10:00:00Z", size=1)
    begun = copies(desk)
    done = await desk.go_on(proposal_id, rounds=2)
    desk.clock.move(90_000)
    assert (await desk.go_on(proposal_id, rounds=2)).outcomes == ["failed"]
    source.remove(late)
    assert copies(desk) == begun
    (line,) = told(desk, proposal_id)
    assert line.by_hand
    assert "missing" in line.how


@pytest.mark.parametrize("one", [GIVE, ALONE, COPY], ids=lambda one: one.kind.value)
@pytest.mark.parametrize("fault", ["forbid:files", "forbid:file_writes"])
async def test_what_the_desk_may_not_do_with_files_is_handed_over(desk: OneDesk, one: Step, fault: str) -> None:
    """INV-21."""
    tenant = desk.state.tenant
    person = next(p for p in tenant.people if p.drive_bytes and p.id in tenant.story.is_in("leaver_with_files"))
    share_outside(desk, person.id)
    more = {name: value for name, value in leaver(desk).items() if name.startswith("successor")}
    before = len(desk.writes())
    await faults(desk, fault, *(["forbid:file_deletes"] if fault == "forbid:file_writes" else []))
    proposal_id = await desk.approved(desk.values(person.id, **more, **{FOLDER: "Not allowed"}), one)
    done = await desk.go_on(proposal_id, rounds=2)
    await faults(desk)
    assert done.outcomes in (["waiting"], ["handed_over"])
    assert len(desk.writes()) == before


def share_outside(desk: OneDesk, user_id: str) -> None:
    drive = drive_of(desk, user_id)
    file = next(item for item in drive.items.values() if not item.is_folder)
    file.permissions.append(link("a-link", "view", "anonymous"))


async def test_a_successor_without_a_onedrive_leaves_the_copy_to_a_person(desk: OneDesk) -> None:
    tenant = desk.state.tenant
    nobody = next(one for one in tenant.people if one.drive_bytes is None)
    values, before = {**leaver(desk), "successor_id": nobody.id, FOLDER: "Nowhere"}, copies(desk)
    done = await desk.take(values, COPY, rounds=2)
    assert (done.outcomes, copies(desk)) == (["waiting"], before)
    assert done.notes[0].startswith("Handed over")
