"""Each playbook from the chat to the desk's page to its proven end, in one process, on the demo tenant."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from tests.desk.passkey_world import bodies_of
from tests.journeys.one_house import House, one_house
from tests.journeys.processes import Json
from tests.steps.conftest import faults
from tests.steps.test_offboarding import leaver_of
from tests.tools.talk import good, text_of

from licenseiq_cli.main import main
from licenseiq_demo.people.person import Person
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
LEGAL = (
    "litigation_hold",
    "litigation_hold_for_a_time",
    "in_place_hold",
    "ediscovery_mailbox",
    "ediscovery_site",
    "ediscovery_site_among_others",
    "ediscovery_custodian",
)
DELETE = {"end_state": "delete"}
# (situation of the demo, tool, its arguments) -> what the page says keeps it back; '' for those whom nothing does.
KEPT_BACK: tuple[tuple[str, str, dict[str, str], str], ...] = (
    *((one, "offboard_user", {}, "legal_hold") for one in LEGAL),
    ("mailbox_over_50_gb", "offboard_user", {}, "mailbox_too_large"),
    ("mailbox_with_archive", "offboard_user", {}, "mailbox_has_archive"),
    ("delay_hold", "offboard_user", DELETE, "delay_hold"),
    ("retention_policy", "offboard_user", DELETE, "retention_policy"),
    ("litigation_hold", "propose_erasure", {}, "legal_hold"),
    ("retention_policy", "propose_erasure", {}, "retention_policy"),
    *((one, "offboard_user", {}, "") for one in ("plain_leaver", "ediscovery_released", "retention_policy")),
    ("plain_leaver", "propose_erasure", {}, ""),
)
# (situation of the demo, tool) -> what the proposal itself says blocks it.
BLOCKED = (
    ("privileged_leaver", "offboard_user", "protected_account"),
    ("privileged_leaver", "propose_erasure", "protected_account"),
    ("synced_leaver", "propose_erasure", "mastered_on_premises"),
)
# A fault of the demo -> what keeps a newcomer's account back.
NOT_MADE = {
    "inbound_provisioning": "inbound_provisioning",
    "without:Synchronization.Read.All": "provisioning_unread",
    "forbid:send_mail": "",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
async def house(home: Path) -> AsyncIterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        async with one_house(home, patch) as found:
            yield found


@pytest.fixture(scope="module")
def used(house: House) -> set[str]:
    return set(house.state.tenant.situations.values())


@pytest.fixture(scope="module")
def successor(house: House, used: set[str]) -> Person:
    return leaver_of(house.state, used)


def ended(told: Json) -> tuple[str, set[str]]:
    """How the newest run stands, and the outcomes of its steps."""
    run = told["runs"][-1]
    return run["state"], {step["outcome"] for step in run["steps"]}


GOOD = {"done", "already_so"}


def rows(someone: Person) -> list[tuple[str, str | None]]:
    return sorted((row["skuId"], row["assignedByGroup"] or "") for row in someone.states)


async def test_the_default_offboarding_leaves_nothing_open_and_can_be_taken_back(
    house: House, used: set[str], successor: Person
) -> None:
    leaver = leaver_of(house.state, used)
    before = rows(leaver)
    proposed = await house.propose("offboard_user", user=leaver.upn, successor=successor.upn)
    assert (proposed["blockers"], proposed["nothing_changed_yet"]) == ([], True)
    page = await house.pages.get(f"/proposals/{proposed['proposal_id']}")
    assert leaver.upn in page.text
    assert (await house.approve(proposed["proposal_id"]))["missing"] == 0
    told = await house.finish(proposed["proposal_id"])
    assert (told["state"], told["nothing_changed_yet"]) == ("approved", False)
    state, outcomes = ended(told)
    assert (state, outcomes <= GOOD) == ("complete", True), told["runs"]
    kinds = await house.kinds(proposed["proposal_id"])
    assert kinds >= {"convert_mailbox", "grant_mailbox_access", "copy_onedrive", "remove_direct_licences"}
    assert [row for row in leaver.states if row["assignedByGroup"] is None] == []
    assert house.state.tenant.mail.boxes[leaver.id].kind == "shared"

    await take_back(house, proposed["proposal_id"])
    assert (leaver.fields["accountEnabled"], rows(leaver)) == (True, before)


async def take_back(house: House, proposal_id: str) -> str:
    """The chat asks for it, the desk makes the plan from what was read before each step, somebody signs. What it leaves
    to people, in its words."""
    asked = await house.propose("propose_undo", proposal_id=proposal_id)
    house.desk.desk.take_over(house.tenant_id)
    await house.approve(asked["proposal_id"])
    told = await house.finish(asked["proposal_id"])
    state, outcomes = ended(told)
    assert (state, outcomes <= GOOD) == ("complete", True)
    return " ".join(one["instructions"] for one in told["hand_offs"])


async def somebody(house: House, used: set[str], tool: str, **asked: object) -> tuple[Person, Json]:
    """Somebody for whom a tool proposes steps, and nothing that blocks them; and the proposal."""
    for _ in range(12):
        person = leaver_of(house.state, used)
        answer = await house.ask(tool, {"user": person.id, **asked})
        if not answer.is_error and good(answer)["steps"] and not good(answer)["blockers"]:
            return person, good(answer)
    raise AssertionError(f"nobody can be proposed to {tool}")


async def test_a_mover_gets_what_the_new_place_asks_for(house: House, used: set[str], successor: Person) -> None:
    asked = {"department": "Logistics", "job_title": "Planner", "manager": successor.id}
    person, proposed = await somebody(house, used, "propose_onboarding", **asked)
    before = person.fields["department"]
    assert "old_access" in {one["kind"] for one in proposed["hand_offs"]}
    await house.approve(proposed["proposal_id"])
    assert ended(await house.finish(proposed["proposal_id"]))[0] == "complete"
    assert (person.fields["department"], person.manager) == ("Logistics", successor.id)
    assert "A person sets the manager of before." in await take_back(house, proposed["proposal_id"])
    assert person.fields["department"] == before


async def test_licences_are_taken_back_by_their_findings(house: House) -> None:
    found = good(await house.ask("list_waste", {"kind": "unused_addon", "limit": 20}))["findings"]
    for one in found:
        answer = await house.ask("propose_license_changes", {"findings": [one["id"]]})
        if not answer.is_error and good(answer)["steps"] and not good(answer)["blockers"]:
            break
    proposed = good(answer)
    person = house.state.tenant.by_id[one["user"]["id"]]
    before = rows(person)
    await house.approve(proposed["proposal_id"])
    state, outcomes = ended(await house.finish(proposed["proposal_id"]))
    assert (state, outcomes) == ("complete", {"done"})
    assert len(rows(person)) == len(before) - 1
    await take_back(house, proposed["proposal_id"])
    assert rows(person) == before


def kept_back(page: Json) -> str:
    """The first thing that the page says keeps a step back."""
    lines = " ".join(line["text"] for line in page["lines"])
    return lines.partition("kept back (")[2].partition(")")[0]


async def test_what_keeps_a_leaver_back_is_read_before_anybody_signs(house: House) -> None:
    """INV-14. Those whom nothing keeps are the control."""
    told = []
    for situation, tool, more, _ in KEPT_BACK:
        proposed = await house.propose(tool, user=house.state.tenant.situations[situation], **more)
        told.append((situation, tool, more, kept_back(await house.page(proposed["proposal_id"]))))
    assert tuple(told) == KEPT_BACK
    for situation, tool, kind in BLOCKED:
        proposed = await house.propose(tool, user=house.state.tenant.story.is_in(situation)[0])
        assert {one["kind"] for one in proposed["blockers"]} == {kind}, (situation, tool)


async def test_what_keeps_a_newcomer_back_is_read_before_anybody_signs(house: House, successor: Person) -> None:
    asked = {"display_name": "Noor Quist", "user_principal_name": f"noor.quist@{successor.upn.partition('@')[2]}"}
    where = {"employee_id": "990002", "department": "Sales", "usage_location": "DE", "account": "here"}
    proposed = await house.propose("propose_onboarding", **asked, **where)
    told = {}
    for fault in NOT_MADE:
        await faults(house.desk, fault)
        told[fault] = kept_back(await house.page(proposed["proposal_id"]))
    await faults(house.desk)
    assert told == NOT_MADE


async def test_what_cannot_be_read_keeps_licences_until_somebody_signs_for_it(
    house: House, used: set[str], successor: Person
) -> None:
    """The page names the permission, and what may be let pass with a reason; what was unknown then counts in it."""
    leaver, left = (leaver_of(house.state, used) for _ in range(2))
    asked = [await house.propose("offboard_user", user=one.id, successor=successor.id) for one in (leaver, left)]
    signed, unsigned = (one["proposal_id"] for one in asked)
    await faults(house.desk, "without:LicenseAssignment.Read.All")
    await house.approve(unsigned)
    page = await house.page(signed)
    assert "grant the desk LicenseAssignment.Read.All" in json.dumps(page["lines"])
    reasons = [{"kind": one["kind"], "reason": "We looked: shared, and 3 GB."} for one in page["waivable"]]
    await house.approve(signed, waived={signed: reasons})
    await faults(house.desk)
    states = [ended(await house.finish(one)) for one in (signed, unsigned)]
    assert (states[0][0], states[1][0], states[1][1] - GOOD) == ("complete", "partial", {"blocked"})
    direct = [[row for row in one.states if row["assignedByGroup"] is None] for one in (leaver, left)]
    assert (direct[0], bool(direct[1])) == ([], True)


async def test_what_is_dated_waits_for_its_day_and_an_erasure_for_two_people(
    house: House,
    home: Path,
    used: set[str],
    successor: Person,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """INV-08, INV-45. The last of its module: from here on it is another day at the desk."""
    newcomer, away, erased = Newcomer(house, successor), Away(house), Erased(house)
    for one in (newcomer, away, erased):
        await one.begin(used)
    house.move(days=1)
    await newcomer.end()
    house.move(days=7)
    await erased.end()
    house.move(days=121)
    await away.end()
    monkeypatch.setenv("LICENSEIQ_HOME", str(home))
    assert main(["audit", "verify", "--demo", "--json"]) == 0
    (ledger,) = json.loads(capsys.readouterr().out)["ledgers"]
    assert (ledger["tenant_id"], ledger["is_whole"]) == (house.tenant_id, True)


@dataclass
class Newcomer:
    """Made and licensed with the approval and not before (INV-05), ready on the first day."""

    house: House
    boss: Person
    proposal_id: str = ""

    async def begin(self, _: set[str]) -> None:
        house, name = self.house, f"saoirse.lindgren@{self.boss.upn.partition('@')[2]}"
        asked = {
            "display_name": "Saoirse Lindgren",
            "user_principal_name": name,
            "employee_id": "990001",
            "department": "Finance",
            "job_title": "Controller",
            "office": "Leeds",
            "usage_location": "GB",
            "manager": self.boss.id,
            "skus": ["Power BI Pro"],
            "account": "here",
        }
        proposed = await house.propose("propose_onboarding", **asked)
        self.proposal_id = proposed["proposal_id"]
        assert (await house.propose("propose_onboarding", **asked))["digest"] == proposed["digest"]
        assert [step["kind"] for step in proposed["steps"]] == [
            "create_account", "change_licences", "set_manager", "issue_temporary_access_pass", "check_day_one",
        ]  # fmt: skip
        assert (proposed["blockers"], proposed["tier"]["decided_by"]) == ([], "request")
        assert house.state.tenant.find(name) is None
        await house.approve(self.proposal_id)
        told = await house.finish(self.proposal_id, rounds=2)
        assert told["runs"][-1]["state"] == "waiting"
        made = house.state.tenant.find(name)
        assert made is not None
        assert (made.manager, bool(made.states)) == (self.boss.id, True)
        give = {"isUsableOnce": True, "lifetimeInMinutes": 60}
        await house.elsewhere("POST", f"/users/{made.id}/authentication/temporaryAccessPassMethods", give)

    async def end(self) -> None:
        state, outcomes = ended(await self.house.finish(self.proposal_id, seconds=301))
        assert (state, outcomes <= GOOD) == ("complete", True)


@dataclass
class Away:
    """A smaller licence for the time of a leave, and on the day of return what was there before."""

    house: House
    proposal_id: str = ""
    person: Person | None = None
    before: list[tuple[str, str | None]] = field(default_factory=list)

    async def begin(self, used: set[str]) -> None:
        day = (self.house.desk.clock.now() + timedelta(days=120)).date()
        back, later = day.isoformat(), (day + timedelta(days=7)).isoformat()
        self.person, proposed = await somebody(self.house, used, "propose_leave", back_on=back)
        self.proposal_id, self.before = proposed["proposal_id"], rows(self.person)
        assert proposed["steps"][1]["summary"].endswith(f"not before {back}T00:00:00Z.")
        second = await self.house.ask("propose_leave", {"user": self.person.id, "back_on": later})
        assert (second.is_error, self.proposal_id in text_of(second)) == (True, True)
        await self.house.approve(self.proposal_id)
        told = await self.house.finish(self.proposal_id, rounds=2)
        assert [step["outcome"] for step in told["runs"][-1]["steps"]] == ["done", None]
        assert rows(self.person) != self.before

    async def end(self) -> None:
        assert ended(await self.house.finish(self.proposal_id)) == ("complete", {"done"})
        assert self.person is not None
        assert rows(self.person) == self.before


@dataclass
class Erased:
    """Deleted once two people have signed, deleted for good after the days of grace, and then named nowhere."""

    house: House
    proposal_id: str = ""
    whom: Person | None = None

    async def begin(self, used: set[str]) -> None:
        house, self.whom = self.house, leaver_of(self.house.state, used)
        self.proposal_id = (await house.propose("propose_erasure", user=self.whom.upn, grace_days=7))["proposal_id"]
        assert (await house.approve(self.proposal_id, "Ada"))["missing"] == 1
        assert (await house.finish(self.proposal_id, rounds=1))["runs"] == []
        assert (await house.approve(self.proposal_id, "Ben"))["missing"] == 0
        told = await house.finish(self.proposal_id, rounds=2)
        assert [step["outcome"] for step in told["runs"][-1]["steps"]] == ["done", "done", "done", None]
        assert self.whom.id in house.state.tenant.removed, "it can be restored until then"
        assert self.whom.upn in (await house.pages.get(f"/proposals/{self.proposal_id}")).text

    async def end(self) -> None:
        house, store = self.house, self.house.desk.desk._store
        assert ended(await house.finish(self.proposal_id)) == ("complete", {"done"})
        assert self.whom is not None
        assert self.whom.id not in house.state.tenant.removed
        held = proposals.get(store, house.tenant_id, self.proposal_id)
        assert proposals.openings(store, house.tenant_id, self.proposal_id, held.plan) == {}
        (body,) = bodies_of(house.desk.desk, Kind.SUBJECT_ERASED)
        assert body["proposals"] == [self.proposal_id]
        assert self.whom.upn not in (await house.pages.get(f"/proposals/{self.proposal_id}")).text
