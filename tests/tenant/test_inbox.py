"""The inbox: what models asked for, found again, and never trusted blindly."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.commitments import check_opening
from licenseiq_tenant.inbox.store import Inbox
from tests.desk.fakes import START, TENANT, opening, plan_for


@pytest.fixture
def inbox(tmp_path: Path, engine: str) -> Iterator[Inbox]:
    made = Inbox(tmp_path)
    yield made
    made.close()


def spoil(home: Path, sql: str, *values: object) -> None:
    with sqlite3.connect(home / "inbox.db") as db:
        db.execute(sql, values)
    db.close()


def test_what_was_put_comes_back_as_it_was(inbox: Inbox) -> None:
    inbox.put("p-1", plan_for(), [opening(1)], "k")
    entry = inbox.entry(TENANT, "p-1")
    assert entry is not None
    assert (entry.plan_bytes, entry.digest) == (plan_for().to_bytes(), plan_for().digest())
    assert [(o.seed, dict(o.values)) for o in entry.openings] == [(opening(1).seed, dict(opening(1).values))]
    assert inbox.entry("another-tenant", "p-1") is None


@pytest.mark.parametrize("value", ["'{}'", "CAST(plan AS TEXT)", "7", "1.5"])
def test_a_plan_of_another_kind_comes_back_as_bytes_that_no_digest_fits(
    inbox: Inbox, tmp_path: Path, value: str
) -> None:
    inbox.put("p-1", plan_for(), [opening(1)], "k")
    spoil(tmp_path, f"UPDATE proposal SET plan = {value}")  # noqa: S608 -- the values stand above
    entry = inbox.entry(TENANT, "p-1")
    assert entry is not None
    assert isinstance(entry.plan_bytes, bytes)
    assert digest(entry.plan_bytes) != entry.digest


@pytest.mark.parametrize(
    "change",
    [
        "personal_values = 'not json'",
        "personal_values = CAST('not json' AS BLOB)",
        "personal_values = CAST('[1]' AS BLOB)",
        "personal_values = CAST('{\"user_id\":1.5}' AS BLOB)",
        "personal_values = 7",
        "seed = 'text'",
        "seed = 7",
    ],
)
def test_spoilt_values_come_back_and_open_nothing(inbox: Inbox, tmp_path: Path, change: str) -> None:
    """INV-05: one spoilt row never stops the reading of the others."""
    inbox.put("p-1", plan_for(), [opening(1)], "k")
    spoil(tmp_path, f"UPDATE opening SET {change}")  # noqa: S608 -- the changes stand above
    entry = inbox.entry(TENANT, "p-1")
    assert entry is not None
    with pytest.raises(Tampered):
        check_opening(entry.openings[0], plan_for().subjects[0].commitments)


def test_of_many_that_put_the_same_at_once_one_is_stored(tmp_path: Path, engine: str) -> None:
    inboxes = [Inbox(tmp_path) for _ in range(6)]
    together = Barrier(len(inboxes))

    def put(number: int) -> str:
        together.wait(10)
        return inboxes[number].put_if_absent(f"p-{number}", plan_for(), [opening(1)], "k", ())

    with ThreadPoolExecutor(len(inboxes)) as pool:
        found = set(pool.map(put, range(len(inboxes))))
    assert len(found) == 1
    assert set(inboxes[0].ids(TENANT)) == found
    for one in inboxes:
        one.close()


def test_what_is_not_live_any_more_is_not_found_again(inbox: Inbox, tmp_path: Path) -> None:
    assert inbox.put_if_absent("p-1", plan_for(), [opening(1)], "k", ()) == "p-1"
    assert inbox.put_if_absent("p-2", plan_for(), [opening(1)], "k", ()) == "p-1"
    assert inbox.put_if_absent("p-2", plan_for(), [opening(1)], "another", ()) == "p-2"
    assert inbox.put_if_absent("p-3", plan_for(), [opening(1)], "k", {"p-1"}) == "p-3"
    spoil(tmp_path, "INSERT INTO withdrawal VALUES (?, 'p-3', '2026-11-23T09:00:00Z')", TENANT)
    assert inbox.put_if_absent("p-4", plan_for(), [opening(1)], "k", {"p-1"}) == "p-4"
    later = plan_for(created=START + timedelta(hours=24), expires=START + timedelta(hours=48))
    assert inbox.put_if_absent("p-5", later, [opening(1)], "k", ()) == "p-5"


def test_heads_are_newest_first_and_of_one_tenant(inbox: Inbox, tmp_path: Path) -> None:
    for number, hours in ((1, 0), (2, 2), (3, 1), (4, 2)):
        inbox.put(f"p-{number}", plan_for(created=START + timedelta(hours=hours)), [opening(1)], "k")
    inbox.put("p-9", plan_for(tenant_id="another-tenant"), [], "k")
    spoil(tmp_path, "INSERT INTO withdrawal VALUES (?, 'p-3', '2026-11-23T09:00:00Z')", TENANT)
    heads = inbox.heads(TENANT)
    assert [(head.proposal_id, head.withdrawn) for head in heads] == [
        ("p-2", False),
        ("p-4", False),
        ("p-3", True),
        ("p-1", False),
    ]
    assert (heads[-1].created, heads[-1].expires) == ("2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z")
