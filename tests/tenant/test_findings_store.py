"""Claims as they are stored: every list and every grouping of them adds up to the exposure."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licenseiq.context import TenantView
from licenseiq.errors import BadRequest
from licenseiq.evaluate import evaluate
from licenseiq.evaluation import Evaluation
from licenseiq.money import Money, Total, add_up
from licenseiq.owned import owned
from licenseiq.people import Person
from licenseiq.policy import Policy
from licenseiq.readings import Source
from licenseiq.waste import GroupBy, WasteQuery, known_money, matched
from licenseiq_tenant.database import Database
from licenseiq_tenant.snapshot import evaluations, findings
from licenseiq_tenant.snapshot.generations import Generations
from licenseiq_tenant.snapshot.lease import Lease, acquire
from tests.core.builders import (
    BASIC,
    E3,
    NOW,
    STANDARD,
    UNPRICED,
    make_catalogue,
    make_context,
    make_line,
    make_person,
    make_view,
)
from tests.tenant.scanning import Clock

SKUS = (E3, STANDARD, BASIC, UNPRICED)
# Two currencies: money of different ones is never added.
CATALOGUE = make_catalogue(**{BASIC: Money("EUR", 7_250_000)})
DEPARTMENTS = (None, "", "  ", "Sales", "SALES", "Finance", "no department")
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def lease(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lease]:
    folder: Path = tmp_path_factory.mktemp("findings")
    database = Database(folder / "snapshot.db", "licenseiq_tenant.snapshot.migrations")
    held = acquire(database, "t", Clock())
    assert held is not None
    yield held
    database.close()


@st.composite
def people(draw: st.DrawFn) -> Person:
    return make_person(
        f"u{draw(st.integers(0, 10**6))}",
        draw(st.sets(st.sampled_from(SKUS), min_size=1)),
        draw(st.sampled_from([None, 1, 200])),
        account_enabled=draw(st.sampled_from([True, True, False])),
        department=draw(st.sampled_from(DEPARTMENTS)),
        user_type=draw(st.sampled_from(["Member", "Member", "Guest"])),
    )


@st.composite
def tenants(draw: st.DrawFn) -> TenantView:
    crowd = draw(st.lists(people(), max_size=9, unique_by=lambda p: p.user_id))
    spare = draw(st.integers(0, 5))
    lines = [make_line(sku, count + spare, count) for sku in SKUS for count in [sum(sku in p.seats() for p in crowd)]]
    context = make_context(lines, policy=Policy(buffer_percent=0, buffer_least=0), catalogue=CATALOGUE)
    return make_view(crowd, context)


def stored(lease: Lease, view: TenantView) -> tuple[str, Evaluation]:
    """The evaluation as a scan would store it, over a generation that holds its people."""
    found = evaluate(view)
    generations = Generations(lease)
    number = generations.begin("fast", NOW)
    generations.add_people(number, view.people)
    return evaluations.save(lease, found, {Source.USERS: number}), found


def of_claims(found: Evaluation) -> Total | None:
    counted = [claim for claim in found.claims if claim.counts]
    unpriced = sum(claim.seats for claim in counted if claim.monthly is None)
    money = add_up(claim.monthly for claim in counted if claim.monthly)
    return known_money(sum(claim.seats for claim in counted), money, unpriced)


@few
@given(tenants())
def test_every_grouping_adds_up_to_the_exposure(lease: Lease, view: TenantView) -> None:
    name, found = stored(lease, view)
    counted = [claim for claim in found.claims if claim.counts]
    assert found.summary.exposure == of_claims(found)
    with lease.database.read() as db:
        for by in GroupBy:
            groups = findings.groups(db, "t", name, WasteQuery(), by)
            assert add_up(money for group in groups for money in group.monthly) == (found.summary.exposure or ())
            assert sum(group.seats for group in groups) == sum(claim.seats for claim in counted)
            assert sum(group.unpriced_seats for group in groups) == sum(c.seats for c in counted if not c.monthly)
            assert sum(group.review_seats for group in groups) == sum(c.seats for c in found.claims if not c.counts)
            assert all(group.key is None or group.key.strip() for group in groups)
            assert len({(group.key and group.key.casefold(), group.held) for group in groups}) == len(groups)


@few
@given(tenants(), st.sampled_from([None, *SKUS]), st.sampled_from([None, "sales "]), st.integers(1, 4))
def test_pages_hold_every_finding_once_and_add_up(
    lease: Lease, view: TenantView, sku: str | None, department: str | None, size: int
) -> None:
    name, found = stored(lease, view)
    whose = {person.user_id: (person.department or "").strip().casefold() for person in view.people}
    wanted = {
        claim.finding_id
        for claim in found.claims
        for finding in found.findings
        if finding.finding_id == claim.finding_id
        and sku in (None, claim.sku_id)
        and (department is None or whose.get(finding.user_id or "") == "sales")
    }
    query, rows = WasteQuery(sku_id=sku, department=department, limit=size), []
    with lease.database.read() as db:
        while True:
            page = findings.page(db, "t", name, replace(query, skip=len(rows)))
            assert page.total == len(wanted)
            rows += page.rows
            if len(rows) >= page.total:
                break
    assert {row.finding.finding_id for row in rows} == wanted
    assert len(rows) == len(wanted)
    assert [row.finding for row in rows] == [f for row in rows for f in found.findings if f == row.finding]
    counted = [row for row in rows if row.finding.confidence.counts]
    assert rows[: len(counted)] == counted
    assert add_up(m for row in counted for m in row.monthly) == matched(page.counted).monthly
    assert sum(row.unpriced_seats for row in counted) == matched(page.counted).unpriced_seats


def test_rows_come_by_money_then_seats_and_know_their_person(lease: Lease) -> None:
    crowd = [
        make_person("a", (STANDARD,), 200, department="Sales"),
        make_person("b", (E3, STANDARD), 200),
        make_person("c", (E3,), 200, user_principal_name="backup-robot@example.com"),
        make_person("d", (UNPRICED,), 200),
    ]
    view = make_view(crowd, make_context(catalogue=CATALOGUE))
    name, _ = stored(lease, view)
    with lease.database.read() as db:
        page = findings.page(db, "t", name, WasteQuery())
        past = findings.page(db, "t", name, WasteQuery(skip=9))
    assert [row.finding.user_id for row in page.rows] == ["b", "a", "d", "c"]
    assert page.rows[0].user_principal_name == "b@example.com"
    assert page.rows[2].monthly == ()
    assert page.rows[2].unpriced_seats == 1
    assert [kind.kind for kind in page.to_review] == ["licensed_service_account"]
    assert (past.total, past.rows) == (4, ())


@few
@given(tenants())
def test_the_spend_of_all_skus_is_the_headline(lease: Lease, view: TenantView) -> None:
    name, found = stored(lease, view)
    with lease.database.read() as db:
        held = findings.held_seats(db, "t", name)
    rows = owned(view.context, held, subscriptions_read=True)
    assert add_up(money for row in rows for money in row.monthly or ()) == (found.summary.monthly_spend or ())
    spare = {claim.sku_id: claim.seats for claim in found.claims if claim.kind == "unassigned_seats"}
    assert {row.sku.sku_id: row.beyond_buffer for row in rows if row.beyond_buffer} == spare


def test_findings_that_were_forgotten_since_they_were_matched_are_refused(lease: Lease) -> None:
    view = make_view([make_person("a", (E3,), 200), make_person("b", (E3,), 200)], make_context(catalogue=CATALOGUE))
    name, _ = stored(lease, view)
    with lease.database.read() as db:
        known = findings.matches(db, "t", name, WasteQuery())
        assert findings.page(db, "t", name, WasteQuery(limit=1, skip=1), known).total == len(known.finding_ids) == 2
        with pytest.raises(BadRequest, match="no longer kept"):
            findings.page(db, "t", "forgotten", WasteQuery(), known)
