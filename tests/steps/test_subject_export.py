"""A copy of what is held about a person (article 15), on the demo tenant's app. INV-45."""

import hashlib
import json
import stat
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from licenseiq import subject_access
from licenseiq.errors import NotFound, NotReadable, Refused
from licenseiq.proposals.steps import StepKind
from licenseiq_demo.app import build_app
from licenseiq_demo.state import DemoState
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.permissions import beyond, of_copies
from licenseiq_desk.subject.asking import OnePerson, Place, SubjectGraph
from licenseiq_desk.subject.export import Copy, Wanted, export_subject
from licenseiq_desk.subject.folder import Folder, safe_name
from tests.desk.passkey_world import bodies_of
from tests.steps.conftest import HOST, OneDesk, _Behind, _Sender, faults, licences_of, step

pytestmark = pytest.mark.anyio
BASE = f"{HOST}/v1.0"


@dataclass
class Reader:
    """What makes copies: one person's Graph behind its rule, over the demo's app."""

    desk: OneDesk
    rule: OnePerson
    graph: SubjectGraph
    sent: _Sender

    async def copy(self, asked: str, to: Path, *, with_files: bool = False) -> Copy:
        whom = await self.graph.whom(asked)
        wanted = Wanted(to, with_files, "account-x", self.desk.clock.now(), BASE)
        tenant_id = self.desk.state.tenant.tenant_id
        return await export_subject(self.desk.desk, self.desk.home, tenant_id, self.graph, whom, wanted, lambda _: None)


class _Downloading(_Sender):
    @asynccontextmanager
    async def download(self, url: str) -> AsyncIterator[httpx.Response]:
        async with self.plain.stream("GET", url) as answer:
            yield answer

    def __init__(self, client: httpx.AsyncClient, plain: httpx.AsyncClient) -> None:
        super().__init__(BASE, client)
        self.plain = plain


@pytest.fixture
async def reader(desk: OneDesk) -> AsyncIterator[Reader]:
    rule, app = OnePerson(BASE), httpx.ASGITransport(build_app(desk.state))
    token = {"Authorization": f"Bearer {desk.state.tokens['desk']}"}

    async def no_waiting(_: float) -> None:
        return

    async with (
        httpx.AsyncClient(transport=_Behind(app, rule), headers=token) as client,
        httpx.AsyncClient(transport=_Behind(app, rule)) as plain,
    ):
        sent = _Downloading(client, plain)
        yield Reader(desk, rule, SubjectGraph(sent, rule, no_waiting), sent)


def somebody(state: DemoState) -> Any:
    """At work, with the fewest bytes of files and no role."""
    people = [one for one in state.tenant.people if one.drive_bytes and one.cause == "active" and one.manager]
    return min(people, key=lambda one: one.drive_bytes or 0)


def held(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


async def test_a_copy_holds_what_there_is_and_the_ledger_says_so_without_a_name(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    whom, to = somebody(state), tmp_path / "copy"
    proposal_id = await desk.approved(
        desk.values(whom.id), step(StepKind.REMOVE_APP_GRANTS, {"app_grants_absent": True})
    )
    await desk.go_on(proposal_id)
    made = await reader.copy(whom.upn, to)
    assert made.unread == ()
    assert held(to, "microsoft365/account")["userPrincipalName"] == whom.upn
    assert held(to, "microsoft365/manager")["id"] == whom.manager
    drive = state.estate.drives.of(whom)
    assert drive is not None
    assert len(held(to, "microsoft365/onedrive_files")) == len(drive.items)
    (told,) = held(to, "licenseiq/proposals")["taken_over"]
    assert (told["values"]["user_id"], told["runs"][0]["steps"][0]["outcome"]) == (whom.id, "already_so")
    assert next(iter(told["read_before_decisions"].values()))["user_id"] == whom.id
    assert {one["kind"] for one in held(to, "licenseiq/ledger")["entries"]} >= {"proposal_taken", "outcome"}

    (body,) = bodies_of(desk.desk, Kind.SUBJECT_EXPORTED)
    assert body["proposals"] == [proposal_id]
    assert body["manifest"] == hashlib.sha256((to / "manifest.json").read_bytes()).hexdigest() == made.manifest
    assert [one for one in (whom.id, whom.upn, whom.fields["displayName"]) if one in json.dumps(body)] == []
    assert desk.desk.verify_ledger(state.tenant.tenant_id).is_whole
    written = {str(one.relative_to(to)): one for one in to.rglob("*") if one.is_file()}
    listed = {one["file"]: one["sha256"] for one in held(to, "manifest")["files"]}
    assert {name: hashlib.sha256(one.read_bytes()).hexdigest() for name, one in written.items()} == {
        **listed,
        "manifest.json": made.manifest,
    }
    assert {stat.S_IMODE(one.stat().st_mode) for one in written.values()} == {0o600}
    assert {stat.S_IMODE(one.stat().st_mode) for one in (to, *to.rglob("*")) if one.is_dir()} == {0o700}
    assert [entry for entry in desk.writes() if whom.id in entry["path"]] == []


async def test_without_a_permission_the_copy_names_it_and_holds_the_rest(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    """INV-21. Nothing that could not be read comes as an empty list."""
    whom = somebody(state)
    sources = (*subject_access.SOURCES, subject_access.FILES)
    for permission in sorted({*subject_access.permissions()} - {"User.Read.All"}):
        to = tmp_path / permission
        await faults(desk, f"without:{permission}")
        made = await reader.copy(whom.upn, to)
        lost = {one.name for one in sources if one.permission == permission}
        # What lies below something that could not be read is not asked for.
        lost -= {"onedrive_files"} if permission == "Files.Read.All" else set()
        assert {one.name for one in made.unread} == lost, permission
        assert {one.permission for one in made.unread} == {permission}
        assert [name for name in lost if (to / f"microsoft365/{name}.json").exists()] == []
        assert permission in (to / "index.html").read_text(encoding="utf-8")
    await faults(desk, "without:User.Read.All")
    with pytest.raises(NotReadable, match=r"User\.Read\.All"):
        await reader.copy(whom.upn, tmp_path / "none")
    await faults(desk)
    assert (await reader.copy(whom.upn, tmp_path / "control")).unread == (), "positive control"


async def test_a_tenant_without_the_product_is_said_to_lack_it_and_throttling_is_waited_for(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    await faults(desk, "no_p1", "throttle_storm:2")
    made = await reader.copy(somebody(state).id, tmp_path / "copy")
    await faults(desk)
    assert {one.name for one in made.unread} == {
        "sign_in_activity", "sign_ins", "done_by_the_person", "done_to_the_account", "eligible_roles",
    }  # fmt: skip
    assert {one.permission for one in made.unread} == {""}
    assert all("licence" in one.unread for one in made.unread)


async def test_a_page_that_has_to_wait_is_asked_for_alone(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    whom = next(one for one in state.tenant.people if one.drive_bytes and one is not somebody(state))
    drive = state.estate.drives.of(whom)
    assert drive is not None
    for number in range(1_000):
        drive.add(f"{number}.txt", drive.root, "2026-11-20T08:00:00Z")
    waits = {"what": "status", "regex": "/root/delta$", "status": 429, "code": "TooManyRequests", "skip": 1, "times": 2}
    state.recorder.clear()
    await faults(desk, waits)
    await reader.copy(whom.id, tmp_path / "copy")
    await faults(desk)
    assert len(held(tmp_path / "copy", "microsoft365/onedrive_files")) == len(drive.items)
    asked = [one["status"] for one in state.recorder.entries if one["path"].endswith("/root/delta")]
    assert asked == [200, 429, 429, 200]


async def test_files_come_whole_under_names_that_lead_nowhere(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    whom, to = somebody(state), tmp_path / "copy"
    drive = state.estate.drives.of(whom)
    assert drive is not None
    for name in ("../../../evil.txt", "..", "a/b:c?.txt", "same.txt", "SAME.txt", f"{'長' * 150}.txt"):
        drive.add(name, drive.root, "2026-11-20T08:00:00Z", size=7)
    made = await reader.copy(whom.id, to, with_files=True)
    assert made.unread == ()
    files = [one for one in held(to, "microsoft365/onedrive_files") if "file" in one]
    assert {(to / one["stored_as"]).stat().st_size == one["size"] for one in files} == {True}
    assert len({one["stored_as"].casefold() for one in files}) == len(files)
    assert {(to / one["stored_as"]).resolve().is_relative_to(to / "microsoft365/onedrive") for one in files} == {True}


async def test_a_file_that_does_not_come_is_named(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    whom = somebody(state)
    await faults(desk, {"what": "status", "regex": "/content$", "status": 403, "times": 1, "code": "accessDenied"})
    made = await reader.copy(whom.id, tmp_path / "copy", with_files=True)
    await faults(desk)
    (unread,) = made.unread
    assert unread.unread.startswith("1 of ")
    rows = held(tmp_path / "copy", "microsoft365/onedrive_files")
    assert [one["stored_as"] for one in rows if "file" in one].count(None) == 1


async def test_whether_somebody_is_on_hold_is_in_no_copy(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    held_id = state.tenant.situations["litigation_hold"]
    proposal_id = await desk.approved(desk.values(held_id), licences_of(desk, held_id, "shared_keep_account"))
    assert "legal_hold" in (await desk.go_on(proposal_id)).notes[0], "the run knows it"
    await reader.copy(held_id, tmp_path / "copy")
    (told,) = held(tmp_path / "copy", "licenseiq/proposals")["taken_over"]
    assert told["runs"][0]["steps"][0]["note"] == "Held back."
    whole = "".join(one.read_text(encoding="utf-8") for one in (tmp_path / "copy/licenseiq").iterdir())
    assert "legal_hold" not in whole
    assert "itigation" not in whole


async def test_of_a_deleted_account_there_is_what_is_left(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    whom = next(one for one in state.tenant.people if one.cause == "active" and not state.tenant.roles_of(one.id))
    await desk.put(desk.values(whom.id))
    state.tenant.remove(whom, state.stamp())
    made = await reader.copy(whom.id, tmp_path / "deleted")
    assert held(tmp_path / "deleted", "microsoft365/account")["id"] == whom.id
    assert held(tmp_path / "deleted", "licenseiq/proposals")["taken_over"][0]["values"]["user_id"] == whom.id
    assert {one.unread.partition(";")[0] for one in made.unread} == {"The account is deleted"}
    state.tenant.purge(whom)
    assert (await reader.graph.whom(whom.id)).place is Place.GONE
    await reader.copy(whom.id, tmp_path / "gone")
    assert "not there any more" in (tmp_path / "gone/index.html").read_text(encoding="utf-8")
    with pytest.raises(NotFound):
        await reader.graph.whom(whom.upn)


async def test_a_place_that_is_taken_is_refused_and_a_copy_that_fails_leaves_nothing(
    desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path
) -> None:
    whom, to = somebody(state), tmp_path / "here"
    to.mkdir()
    with pytest.raises(Refused, match="there already"):
        await reader.copy(whom.id, to)
    before = those_in(tmp_path)
    await faults(desk, {"what": "cut", "regex": "/manager$"})
    made = await reader.copy(whom.id, tmp_path / "cut")
    await faults(desk)
    assert [one.name for one in made.unread] == ["manager"]
    desk.desk.note_export = _no_ledger  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk"):
        await reader.copy(whom.id, tmp_path / "unnoted")
    assert those_in(tmp_path) == before | {"cut"}, "no copy that the ledger does not know"


def those_in(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def _no_ledger(*_: object) -> None:
    raise OSError("disk is full")


async def test_a_zip_holds_the_same(desk: OneDesk, reader: Reader, state: DemoState, tmp_path: Path) -> None:
    to = tmp_path / "copy.zip"
    made = await reader.copy(somebody(state).id, to)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with zipfile.ZipFile(to) as whole:
        assert len(whole.namelist()) == made.files
        assert "copy/index.html" in whole.namelist()


@pytest.mark.parametrize(
    ("method", "place"),
    [
        ("PATCH", "/users/{mine}"),
        ("POST", "/users/{mine}/revokeSignInSessions"),
        ("GET", "/users/{other}"),
        ("GET", "/users/{mine}%2f..%2f{other}"),
        ("GET", "/users"),
        ("GET", "/drives/b!other/root/delta"),
        ("GET", "/auditLogs/signIns"),
        ("GET", "/auditLogs/signIns?$filter=userId eq '{other}'"),
        ("GET", "/groups"),
        ("GET", "https://graph.attacker.example/v1.0/users/{mine}"),
    ],
)
async def test_nothing_but_reading_this_person_leaves(method: str, place: str) -> None:
    """INV-02, INV-31: the desk's credential may write, and may read everybody."""
    mine, other = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    rule = OnePerson("https://graph.microsoft.com/v1.0", {mine}, "b!mine", "https://x-my.sharepoint.com/personal/me")
    where = place.format(mine=mine, other=other)
    url = where if where.startswith("https:") else f"{rule.base}{where}"
    with pytest.raises(Refused):
        await rule(httpx.Request(method, url, headers={"Authorization": "Bearer x"}))
    for good in (f"/users/{mine}", f"/auditLogs/signIns?$filter=userId eq '{mine}'", "/drives/b!mine/root/delta"):
        await rule(httpx.Request("GET", f"{rule.base}{good}", headers={"Authorization": "Bearer x"}))
    file = "https://x-my.sharepoint.com/personal/me/_layouts/15/download.aspx?tempauth=1"
    await rule(httpx.Request("GET", file))
    for headers, there in (({"Authorization": "Bearer x"}, file), ({}, file.replace("x-my", "y-my"))):
        with pytest.raises(Refused):
            await rule(httpx.Request("GET", there, headers=headers))


def test_secrets_are_in_no_copy() -> None:
    found = subject_access.without_secrets(
        {"@odata.context": "x", "value": [{"id": "1", "temporaryAccessPass": "abc", "secretKey": "s", "phone": "+1"}]}
    )
    assert found == {"value": [{"id": "1", "phone": "+1"}]}


@pytest.mark.parametrize("name", ["..", "../x", "", " . ", "a\x00b", "con:", "\u202egnp.exe"])
def test_a_name_of_a_file_is_one_part_of_a_path(name: str) -> None:
    kept = safe_name(name)
    assert kept not in ("", ".", "..")
    assert not {"/", "\\", "\x00", ":"} & {*kept}


def test_a_zip_needs_its_room_twice(tmp_path: Path) -> None:
    assert Folder.beside(tmp_path / "x").room_for(0)
    assert not Folder.beside(tmp_path / "x.zip").room_for(1 << 60)


def test_what_only_a_copy_needs_is_not_called_too_much() -> None:
    assert beyond([one.permission for one in of_copies()]) == ()
    assert beyond(["Mail.ReadWrite"]) == ("Mail.ReadWrite",), "positive control"
