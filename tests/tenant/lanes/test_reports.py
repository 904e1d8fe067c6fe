"""Usage reports over HTTP: downloaded without the token, whole or not at all."""

from datetime import date
from typing import Any

import anyio
import pytest

from licenseiq.errors import NotReadable
from licenseiq.readings import Source
from licenseiq.usage import Activation, AppUse, Drive, EmailUse, LastUse, Mailbox, ProductUse
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes.copilot import copilot_use
from licenseiq_tenant.lanes.report_rows import ReportRows
from licenseiq_tenant.lanes.reports import DOWNLOADS, report
from tests.tenant.lanes.marks import SDK
from tests.tenant.lanes.scripted import Scripted
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK
KINDS = {
    Source.ACTIVE_USERS: ProductUse,
    Source.APPS: AppUse,
    Source.MAILBOXES: Mailbox,
    Source.ONEDRIVE: Drive,
    Source.TEAMS: LastUse,
    Source.SHAREPOINT: LastUse,
    Source.EMAIL: EmailUse,
    Source.ACTIVATIONS: Activation,
    Source.COPILOT: LastUse,
}
ONLY_SOME = {Source.COPILOT}
CSV = b"\xef\xbb\xbfReport Refresh Date,Owner Principal Name,Last Activity Date\n2026-11-21,ann@x,2026-11-20\n"
TOO_MANY = (429, b"{}", 0)


def read(demo: OnDemo, source: Source, *faults: Any) -> ReportRows:
    async def ask(graph: Graph) -> ReportRows:
        if source is Source.COPILOT:
            return await copilot_use(graph, no_waiting)
        return await report(graph, source, no_waiting)

    return demo.read(ask, *faults)


def from_script(script: Scripted) -> ReportRows:
    async def ask() -> ReportRows:
        async with script.open() as graph:
            return await report(graph, Source.ONEDRIVE, no_waiting)

    return anyio.run(ask)


@pytest.mark.parametrize("source", KINDS)
def test_a_report_joins_with_the_people_who_are_there(demo: OnDemo, source: Source) -> None:
    found = read(demo, source)
    people = {row["upn"].casefold() for row in demo.control("GET", "/people")}
    names = [name for name, _ in found.rows]
    assert found.unreadable == 0
    assert found.refreshed is not None
    assert len(names) > (5 if source in ONLY_SOME else 100)
    assert len(set(names)) == len(names)
    assert len(set(names) - people) <= 1, "the deleted are left out; one account is in reports only"
    assert {type(use) for _, use in found.rows} == {KINDS[source]}
    last = [use.last() if isinstance(use, ProductUse) else use.last_activity for _, use in found.rows]
    assert source is Source.ACTIVATIONS or found.refreshed == max(day for day in last if day)


def test_a_report_says_of_whom_and_what_it_is(demo: OnDemo) -> None:
    cause = {row["upn"].casefold(): row["cause"] for row in demo.control("GET", "/people")}
    kinds = {cause.get(name): use.kind for name, use in read(demo, Source.MAILBOXES).rows if isinstance(use, Mailbox)}
    assert (kinds["shared_mailbox"], kinds["room"], kinds["active"]) == ("shared", "room", "user")
    apps = [use for name, use in read(demo, Source.APPS).rows if cause.get(name) == "mail_and_web"]
    assert apps
    assert all(isinstance(use, AppUse) and not use.desktop and "outlook" in use.web for use in apps)


def test_activations_tell_the_day_of_each_product(demo: OnDemo) -> None:
    uses = [use for _, use in read(demo, Source.ACTIVATIONS).rows if isinstance(use, Activation)]
    with_visio = [use for use in uses if any("visio" in product for product, _ in use.products)]
    never = [use for use in with_visio if use.activated("visio") is None]
    assert never, "handed out, and not installed"
    assert len(never) < len(with_visio)
    assert any(use.activated("apps") for use in never), "Office is, so the latest day of all says nothing of Visio"


def test_several_activations_of_one_person_count_by_the_latest(demo: OnDemo) -> None:
    found = read(demo, Source.ACTIVATIONS).rows
    assert len({name for name, _ in found}) == len(found)
    assert any(isinstance(use, LastUse) and use.last_activity for _, use in found)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("concealed_names", "concealed"),
        ("forbid:copilot", "no_permission"),
        ({"what": "status", "path": "/copilot", "status": 404}, "not_offered"),
        ({"what": "html", "path": "/copilot", "status": 200}, "malformed"),
        ({"what": "null_fields", "path": "/copilot"}, None),
    ],
)
def test_the_copilot_report_says_why_it_cannot_be_read(demo: OnDemo, fault: Any, reason: str | None) -> None:
    if reason is None:
        assert read(demo, Source.COPILOT, fault).unreadable > 0
        return
    with pytest.raises(NotReadable) as caught:
        read(demo, Source.COPILOT, fault)
    assert caught.value.reason == reason


def test_a_tenant_where_nobody_has_copilot_has_no_rows_and_no_complaint(demo: OnDemo) -> None:
    assert read(demo, Source.COPILOT, "nobody").rows == ()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("concealed_names", "concealed"),
        ("nobody", "empty"),
        ({"what": "empty_report"}, "empty"),
        ({"what": "html_report"}, "malformed"),
        ({"what": "html", "path": "/reports", "status": 200}, "malformed"),
        ("hostile_redirect", "malformed"),
        ("forbid:reports", "no_permission"),
        ("expired_token", "signed_out"),
        ({"what": "status", "path": "/reports", "status": 404}, "not_offered"),
        ({"what": "status", "path": "/reports", "status": 429}, "throttled"),
    ],
)
def test_what_cannot_be_read_says_why(demo: OnDemo, fault: Any, reason: str) -> None:
    with pytest.raises(NotReadable) as caught:
        read(demo, Source.APPS, fault)
    assert caught.value.reason == reason


def test_the_download_never_sees_the_token() -> None:
    """INV-32, with the first request as the control."""
    script = Scripted([(200, CSV, 0)])
    found = from_script(script)
    assert found.rows == (("ann@x", Drive(date(2026, 11, 20))),)
    assert [token for _, token in script.asked] == ["Bearer secret", ""]


def test_a_report_that_comes_without_a_redirect_is_read_too() -> None:
    assert from_script(Scripted([], direct=CSV)).refreshed == date(2026, 11, 21)


def test_a_download_that_broke_off_is_asked_for_again_with_a_new_address() -> None:
    whole = from_script(Scripted([(200, CSV, 0)]))
    script = Scripted([(200, CSV[:-20], 20), (200, CSV[:-15], 0), (200, CSV, 0)])
    assert from_script(script) == whole
    assert len(script.asked) == 6


@pytest.mark.parametrize("cut", [(200, CSV, 500), (200, CSV[:-15], 0)], ids=["broke off", "ended early"])
def test_a_download_that_is_never_whole_is_incomplete(cut: tuple[int, bytes, int]) -> None:
    script = Scripted([cut])
    with pytest.raises(NotReadable) as caught:
        from_script(script)
    assert caught.value.reason == "incomplete"
    assert len(script.asked) == 2 * DOWNLOADS


def test_throttled_downloads_are_waited_out() -> None:
    assert from_script(Scripted([TOO_MANY, (503, b"", 0), (200, CSV, 0)])).rows


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "no_permission"), (404, "not_offered"), (429, "throttled"), (500, "unreachable"), (302, "malformed")],
)
def test_a_download_that_is_refused_says_why(status: int, reason: str) -> None:
    with pytest.raises(NotReadable) as caught:
        from_script(Scripted([(status, b"", 0)]))
    assert caught.value.reason == reason
