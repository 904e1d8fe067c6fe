"""The index of eDiscovery holds: read to the end at a pace, over restarts, and never taken for complete before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from licenseiq.errors import NotReadable
from licenseiq.policy import Policy
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.effects import EffectWaits
from licenseiq.readings import Reason
from licenseiq.steps.holds import CASES
from licenseiq_desk.holds.index import HoldIndex, Pace
from licenseiq_desk.holds.sources import whatever_holds
from licenseiq_desk.holds.walk import understand
from tests.desk.fakes import TENANT, World

pytestmark = pytest.mark.anyio
ANA = {"addresses": ["SMTP:Ana@Contoso.example"], "sites": []}
EVA = {"addresses": ["eva@contoso.example"], "sites": ["https://my.example/personal/eva_contoso/Documents"]}
NOBODY = {"addresses": ["nobody@contoso.example"], "sites": []}


@dataclass
class Cases:
    """What Graph answers, by path; when it was asked, by the clock."""

    world: World
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)
    asked: list[tuple[datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers = {
            CASES: [{"id": "c1", "status": "active"}, {"id": "old", "status": "closed"}],
            f"{CASES}?page=2": [{"id": "c2", "status": "closedWithError"}],
            f"{CASES}/c1/legalHolds": [{"id": "h1", "isEnabled": True}, {"id": "off", "isEnabled": False}],
            f"{CASES}/c1/legalHolds/h1/userSources": [
                {"email": "ana@contoso.example", "siteWebUrl": None, "holdStatus": "applying"}
            ],
            f"{CASES}/c1/legalHolds/h1/siteSources": [{"site": {"webUrl": "https://MY.example/personal/eva_contoso/"}}],
        }

    async def page(self, path: str) -> tuple[list[Mapping[str, Json]], str | None]:
        self.asked.append((self.world.clock.now(), path))
        if self.fails:
            raise self.fails.pop(0)
        return list(self.answers.get(path, [])), f"{CASES}?page=2" if path == CASES else None

    def index(self, **pace: int) -> HoldIndex:
        return HoldIndex(self.world.desk._store, TENANT, self.world.clock.around(), Pace(**pace))

    async def read(self, index: HoldIndex, question: dict[str, Any], rounds: int = 30) -> Mapping[str, Json]:
        """Asks until the index is there."""
        for _ in range(rounds):
            found = await index.ask(question, self.page, Policy())
            if found["state"] == "read":
                return found
            self.world.clock.move(10)
        return found


@pytest.fixture
def cases(world: World) -> Cases:
    return Cases(world)


async def test_people_are_found_by_any_address_and_by_the_site_of_their_files(cases: Cases) -> None:
    index = cases.index()
    assert (await cases.read(index, ANA))["held"] is True
    assert (await cases.read(index, EVA))["held"] is True
    found = await cases.read(index, NOBODY)
    assert (found["held"], found["cases"]) == (False, 2)
    assert not any("/old/" in path or "/off/" in path for _, path in cases.asked)


async def test_no_minute_sees_more_than_five_requests(cases: Cases) -> None:
    await cases.read(cases.index(), ANA)
    times = [at for at, _ in cases.asked]
    assert len(times) == 8
    for at in times:
        assert len([other for other in times if at <= other < at + timedelta(seconds=60)]) <= 5


async def test_positive_control_another_pace_is_seen_by_the_check_above(cases: Cases) -> None:
    await cases.read(cases.index(requests=100), ANA)
    assert len({at for at, _ in cases.asked}) == 1


async def test_until_it_is_complete_nobody_is_said_to_be_free(cases: Cases) -> None:
    """INV-14: also not who is held by none of the cases that were read by then."""
    found = await cases.index().ask(NOBODY, cases.page, Policy())
    assert found["state"] == "waiting"
    assert "held" not in found
    assert str(found["ready_at"]) > "2026-11-23T09:00:00Z"


async def test_it_goes_on_where_it_was_in_another_process(cases: Cases) -> None:
    await cases.index().ask(ANA, cases.page, Policy())
    cases.world.reopen()
    cases.world.clock.move(62)
    assert (await cases.index().ask(ANA, cases.page, Policy()))["held"] is True
    paths = [path for _, path in cases.asked]
    assert len(paths) == len(set(paths)) == 8


async def test_graphs_wait_is_kept_and_nothing_is_lost_by_it(cases: Cases) -> None:
    cases.fails.append(EffectWaits("The tenant asks to wait.", "-", seconds=120))
    index = cases.index(requests=100)
    assert (await index.ask(ANA, cases.page, Policy()))["state"] == "waiting"
    await index.ask(ANA, cases.page, Policy())
    assert len(cases.asked) == 1
    cases.world.clock.move(121)
    assert (await index.ask(ANA, cases.page, Policy()))["held"] is True


async def test_without_the_permission_it_is_not_readable_and_tried_once_an_hour(cases: Cases) -> None:
    """INV-21."""
    refused = NotReadable("No.", "-", reason=Reason.NO_PERMISSION, permission="eDiscovery.Read.All")
    index = cases.index()
    cases.fails = [refused] * 10
    with pytest.raises(NotReadable):
        await index.ask(ANA, cases.page, Policy())
    for _ in range(20):
        await index.keep(cases.page, Policy())
        cases.world.clock.move(60)
    assert len(cases.asked) == 1
    cases.fails.clear()
    cases.world.clock.move(3600)
    assert (await cases.read(index, ANA))["held"] is True


async def test_an_answer_that_is_not_understood_is_not_an_empty_one(cases: Cases) -> None:
    del cases.answers[f"{CASES}/c1/legalHolds/h1/siteSources"][0]["site"]
    with pytest.raises(NotReadable):
        await cases.index(requests=100).ask(NOBODY, cases.page, Policy())


async def test_it_is_read_again_before_it_is_too_old_and_old_holds_go(cases: Cases) -> None:
    index = cases.index(requests=100)
    assert (await cases.read(index, ANA))["held"] is True
    cases.answers[f"{CASES}/c1/legalHolds/h1/userSources"].clear()
    cases.world.clock.move(11 * 3600)
    await index.keep(cases.page, Policy())
    assert len(cases.asked) == 8
    cases.world.clock.move(2 * 3600)
    await index.keep(cases.page, Policy())
    assert len(cases.asked) == 16
    assert (await index.ask(ANA, cases.page, Policy()))["held"] is False


async def test_a_reading_that_was_left_for_days_begins_anew(cases: Cases) -> None:
    """A case that was read three days ago is not what holds today."""
    await cases.index(requests=2).ask(ANA, cases.page, Policy())
    cases.world.clock.move(3 * 86_400)
    found = await cases.read(cases.index(requests=100), ANA)
    assert (found["held"], found["at"]) == (True, "2026-11-26T09:00:00Z")


def test_released_custodians_hold_nobody_and_others_do() -> None:
    row = {"id": "x", "status": "active", "holdStatus": "applied"}
    path = f"{CASES}/c1/custodians"
    assert understand("custodians", path, [row]).todo == (("custodian_sources", f"{path}/x/userSources"),)
    assert understand("custodians", path, [{**row, "status": "released"}]).todo == ()
    source = {"email": "Ana@contoso.example", "holdStatus": "partial"}
    assert understand("custodian_sources", path, [source]).sources == {"address:ana@contoso.example"}
    assert understand("custodian_sources", path, [{**source, "holdStatus": "notApplied"}]).sources == frozenset()


def test_a_library_lies_in_its_site_and_the_site_in_its_host() -> None:
    found = whatever_holds([], ["https://My.Example/personal/A%20B/Documents"])
    assert found == {"site:my.example", "site:my.example/personal", "site:my.example/personal/a b"} | {
        "site:my.example/personal/a b/documents"
    }
