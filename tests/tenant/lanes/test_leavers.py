"""What is left of one leaver, source by source: read, refused, or not understood, and never a silent none."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from licenseiq.left_seen import LeftSeen
from licenseiq.readings import OF_LEAVERS, Reason, Source
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes.leavers import Question, ask, own_domains
from tests.tenant.lanes.marks import NULLS, SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK
NOW = datetime(2026, 11, 30, tzinfo=UTC)
Seen = dict[Source, LeftSeen]


def stands_for(demo: OnDemo, situation: str) -> str:
    return str(demo.control("GET", "/story")["people"][situation][0])


def left(
    demo: OnDemo, who: str, *faults: Any, sources: Iterable[Source] = OF_LEAVERS, synced: bool | None = None
) -> Seen:
    async def read(graph: Graph) -> Seen:
        domains = await own_domains(graph, no_waiting)
        found = await ask(graph, [Question(source, who, synced) for source in sources], domains, NOW, no_waiting)
        return {one.source: one for one in found}

    return demo.read(read, *faults)


def test_a_leaver_with_applications_has_them_counted_apart_from_what_groups_give(demo: OnDemo) -> None:
    found = left(demo, stands_for(demo, "leaver_with_apps"))
    assert {one.reason for one in found.values()} == {None}
    assert found.keys() == set(OF_LEAVERS)
    assert all(found[source].found for source in OF_LEAVERS if source not in (Source.LEFT_SESSIONS, Source.LEFT_RULES))
    assert found[Source.LEFT_APPS].found < len(demo_rows(demo, "leaver_with_apps", "appRoleAssignments"))
    assert found[Source.LEFT_METHODS].found == len(demo_rows(demo, "leaver_with_apps", "authentication/methods")) - 1
    assert found[Source.LEFT_SESSIONS].valid_from is not None
    assert demo.changes() == 0


def demo_rows(demo: OnDemo, situation: str, path: str) -> list[dict[str, Any]]:
    """The rows of a collection, in a plain request."""

    async def read(graph: Graph) -> list[dict[str, Any]]:
        from licenseiq_tenant.graph.fetch import get_request

        answer = await graph.send(get_request(graph.url(f"/users/{stands_for(demo, situation)}/{path}")))
        rows: list[dict[str, Any]] = answer.json()["value"]
        return rows

    return demo.read(read)


def test_a_rule_that_forwards_outside_is_counted_and_one_that_moves_mail_is_not(demo: OnDemo) -> None:
    who = stands_for(demo, "rule_that_forwards_outside")
    rule = left(demo, who)[Source.LEFT_RULES]
    assert (rule.found, rule.outside) == (1, 1)
    blind = left(demo, who, "forbid:organization")[Source.LEFT_RULES]
    assert (blind.found, blind.outside) == (1, None), "without the tenant's own domains nobody can say"


@pytest.mark.parametrize(
    ("fault", "sources"),
    [
        ("forbid:methods", {Source.LEFT_METHODS}),
        ("forbid:apps_read", {Source.LEFT_APPS, Source.LEFT_GRANTS}),
        ("forbid:devices_read", {Source.LEFT_DEVICES}),
        ("forbid:rules", {Source.LEFT_RULES}),
    ],
)
def test_a_missing_permission_is_told_for_its_sources_alone(demo: OnDemo, fault: str, sources: set[Source]) -> None:
    """INV-21."""
    found = left(demo, stands_for(demo, "leaver_with_apps"), fault)
    assert {source for source, one in found.items() if one.reason is Reason.NO_PERMISSION} == sources
    assert {one.reason for source, one in found.items() if source not in sources} == {None}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (Source.LEFT_DEVICES, Reason.NO_PERMISSION),
        (Source.LEFT_GROUPS, Reason.NO_PERMISSION),
        (Source.LEFT_METHODS, Reason.MALFORMED),
        (Source.LEFT_GRANTS, Reason.MALFORMED),
        (Source.LEFT_APPS, Reason.MALFORMED),
    ],
)
def test_rows_that_do_not_say_what_they_are_never_pass_for_none(demo: OnDemo, source: Source, reason: Reason) -> None:
    """INV-21: with too small a permission Graph lists objects and leaves out what they are."""
    assert left(demo, stands_for(demo, "leaver_with_apps"), NULLS, sources=[source])[source].reason is reason


def test_without_a_mailbox_there_is_no_rule_but_one_on_premises_is_not_seen(demo: OnDemo) -> None:
    gone = {"what": "status", "regex": "/mailFolders/", "status": 404, "code": "MailboxNotEnabledForRESTAPI"}
    who, sources = stands_for(demo, "plain_leaver"), [Source.LEFT_RULES]
    cloud, hybrid = (
        left(demo, who, gone, sources=sources, synced=synced)[Source.LEFT_RULES] for synced in (None, True)
    )
    assert (cloud.reason, cloud.found) == (None, 0)
    assert hybrid.reason is Reason.NOT_OFFERED


def test_only_what_was_throttled_is_asked_again(demo: OnDemo) -> None:
    who = stands_for(demo, "plain_leaver")
    busy = {"what": "status", "regex": "/authentication/methods$", "status": 429, "retry_after": 1, "times": 1}
    found = left(demo, who, busy)
    assert {one.reason for one in found.values()} == {None}
    asked = [entry["path"] for entry in demo.requests()]
    assert sum(path.endswith("/authentication/methods") for path in asked) == 2
    assert sum(path.endswith("/registeredDevices") for path in asked) == 1


def test_what_is_refused_to_the_end_is_a_reason_and_not_a_none(demo: OnDemo) -> None:
    busy = {"what": "status", "regex": "/authentication/methods$", "status": 429}
    found = left(demo, stands_for(demo, "plain_leaver"), busy)
    assert found[Source.LEFT_METHODS].reason is Reason.THROTTLED
    assert found[Source.LEFT_DEVICES].reason is None


@pytest.mark.parametrize("fault", ["repeat_next_link", "foreign_next_link"])
def test_half_a_list_is_no_list(demo: OnDemo, fault: str) -> None:
    """INV-23."""
    found = left(demo, stands_for(demo, "plain_leaver"), {"what": fault, "last_too": True, "regex": "/methods$"})
    assert found[Source.LEFT_METHODS].reason is Reason.INCOMPLETE
