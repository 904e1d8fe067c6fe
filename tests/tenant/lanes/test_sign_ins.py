"""Sign-in activity against the demo tenant: page by page, resumable, and never mistaken for silence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from licenseiq.errors import NotReadable
from licenseiq.usage import SignIn
from licenseiq_tenant.graph.client import Graph
from licenseiq_tenant.lanes import queries, sign_ins
from licenseiq_tenant.lanes.sign_ins import SignInPage
from tests.tenant.lanes.marks import NULLS, SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK


def page(demo: OnDemo, link: str | None = None, *faults: Any) -> SignInPage:
    async def ask(graph: Graph) -> SignInPage:
        return await sign_ins.page(graph, link, no_waiting)

    return demo.read(ask, *faults)


def test_everybody_is_read_and_who_never_signed_in_shows_nothing(demo: OnDemo) -> None:
    found = page(demo)
    rows = dict(found.rows)
    assert found.next_link is None
    assert set(rows) == {row["id"] for row in demo.control("GET", "/people")}
    assert SignIn() in rows.values()
    assert any(seen.successful and seen.successful.tzinfo for seen in rows.values())


def test_a_link_carries_the_chain_over_to_a_new_client(demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(demo).rows
    monkeypatch.setattr(queries, "SIGN_IN_PAGE", 100)
    found = page(demo)
    rows = found.rows
    while found.next_link is not None:
        found = page(demo, found.next_link)
        rows += found.rows
    assert rows == whole


def somebody_silent(demo: OnDemo) -> str:
    return next(user_id for user_id, seen in page(demo).rows if seen == SignIn())


def test_a_date_that_never_was_is_no_sign_in(demo: OnDemo) -> None:
    somebody = somebody_silent(demo)
    never, once = "0001-01-01T00:00:00Z", "2026-11-19T07:41:10Z"
    activity = {"lastSignInDateTime": once, "lastNonInteractiveSignInDateTime": never}
    demo.control("PATCH", f"/people/{somebody}", {"signInActivity": activity})
    found = dict(page(demo).rows)[somebody]
    demo.control("PATCH", f"/people/{somebody}", {"signInActivity": None})
    assert found == SignIn(datetime(2026, 11, 19, 7, 41, 10, tzinfo=UTC))


def test_an_activity_that_makes_no_sense_is_not_taken_for_silence(demo: OnDemo) -> None:
    somebody = somebody_silent(demo)
    demo.control("PATCH", f"/people/{somebody}", {"signInActivity": {"lastSignInDateTime": "yesterday"}})
    found = page(demo)
    demo.control("PATCH", f"/people/{somebody}", {"signInActivity": None})
    assert found.unreadable == 1
    assert somebody not in dict(found.rows)


def test_people_without_any_field_were_read(demo: OnDemo) -> None:
    assert len(page(demo, None, NULLS).rows) == len(page(demo).rows)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("no_p1", "no_premium"),
        ("forbid:signin", "no_permission"),
        ("expired_token", "signed_out"),
        ({"what": "html", "path": "/users", "status": 200}, "malformed"),
        ({"what": "cut", "path": "/users"}, "malformed"),
        ({"what": "foreign_next_link", "path": "/users"}, "incomplete"),
    ],
)
def test_what_cannot_be_read_says_why(demo: OnDemo, monkeypatch: pytest.MonkeyPatch, fault: Any, reason: str) -> None:
    monkeypatch.setattr(queries, "SIGN_IN_PAGE", 100)
    with pytest.raises(NotReadable) as caught:
        page(demo, None, fault)
    assert caught.value.reason == reason


def test_a_link_to_itself_ends_the_chain(demo: OnDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SIGN_IN_PAGE", 100)
    second = page(demo).next_link
    assert second is not None
    with pytest.raises(NotReadable) as caught:
        page(demo, second, {"what": "repeat_next_link", "path": "/users"})
    assert caught.value.reason == "incomplete"


def test_a_stored_link_is_followed_only_below_graph(demo: OnDemo) -> None:
    with pytest.raises(NotReadable) as caught:
        page(demo, "https://graph.attacker.example/v1.0/users?$skiptoken=x")
    assert caught.value.reason == "incomplete"
    assert not demo.requests()


@pytest.mark.parametrize("link", ["/users?$select=id,signInActivity&$skiptoken=spent", "/users?$skiptoken=\x01"])
def test_a_link_that_cannot_be_followed_any_more_says_that_the_chain_starts_over(demo: OnDemo, link: str) -> None:
    with pytest.raises(NotReadable) as caught:
        page(demo, demo.found("reader").url + link)
    assert caught.value.reason == "incomplete"
