"""Scans of the demo tenant over HTTP: what is read is published by lanes, and what fails takes nothing away."""

from pathlib import Path
from typing import Any

import pytest

from licenseiq.errors import NotReadable, SettingsError
from licenseiq.ports import EvaluationHead, HolderQuery
from licenseiq.readings import Source
from licenseiq_tenant.live import LiveTenant
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Home

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture
def home(tmp_path: Path, demo: OnDemo) -> Home:
    return Home(tmp_path, demo)


async def scan(tenant: LiveTenant) -> EvaluationHead:
    return await tenant.scan()


def later(home: Home) -> Home:
    """The next day: everything is due again."""
    home.clock.move(hours=25)
    return home


def unknown(head: EvaluationHead) -> str:
    return " ".join((*head.summary.unknown, *head.notes))


def test_a_scan_reads_every_lane_and_scores_the_tenant(home: Home) -> None:
    head = home.ask(scan)
    assert head.summary.score is not None
    assert not head.summary.provisional
    assert head.summary.coverage == 1000
    assert head.simulated
    assert head.notes == ()
    assert home.demo.changes() == 0


def test_a_second_scan_of_fresh_data_asks_graph_nothing(home: Home) -> None:
    first = home.ask(scan)
    home.demo.reset()
    assert home.ask(scan).evaluation_id == first.evaluation_id
    assert home.demo.requests() == []


def test_the_next_day_everything_is_read_again(home: Home) -> None:
    first = home.ask(scan)
    assert later(home).ask(scan).evaluation_id != first.evaluation_id


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("forbid:organization", "the organisation's profile could not be read: the app lacks Organization.Read.All"),
        ("forbid:subscriptions", "the subscriptions and their renewal dates could not be read: the app lacks"),
        ("forbid:report_settings", "the report settings could not be read: the app lacks ReportSettings.Read.All"),
        ("forbid:groups", "the groups that give licences could not be read: the app lacks"),
        ("forbid:roles", "the directory roles could not be read: the app lacks RoleManagement.Read.Directory"),
        ("forbid:reports", "the mailbox report could not be read: the app lacks Reports.Read.All"),
        ("forbid:signin", "sign-in activity could not be read: the app lacks AuditLog.Read.All"),
        ("no_p1", "sign-in activity cannot be read in this tenant"),
        ("concealed_names", "the active-users report shows hashes instead of names"),
        ({"what": "empty_report", "path": "/reports"}, "the active-users report came back empty"),
        ({"what": "html_report", "path": "/reports"}, "the active-users report could not be read: the answer was not"),
        ({"what": "status", "path": "/reports", "status": 500}, "the onedrive report could not be read"),
        ({"what": "status", "path": "/reports", "status": 429}, "microsoft graph asked us to slow down"),
    ],
)
def test_a_source_that_fails_is_named_and_the_rest_is_scored(home: Home, fault: Any, said: str) -> None:
    """INV-21."""
    head = home.ask(scan, fault)
    assert head.summary.score is not None
    assert said.lower() in unknown(head).lower()


def test_a_report_that_failed_is_missing_from_what_is_known_of_people(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> bool:
        head = await tenant.scan()
        page = await tenant.holders(head.evaluation_id, HolderQuery())
        who = await tenant.person(head.evaluation_id, page.rows[0].user_id)
        return who.signals.products is None and who.signals.sign_in is not None

    assert home.ask(ask, "concealed_names")


def test_without_any_usage_source_nobody_is_called_inactive(home: Home) -> None:
    head = home.ask(scan, "forbid:reports", "forbid:signin")
    assert head.summary.coverage == 0
    assert not {total.kind for total in head.summary.by_kind} & {"inactive_holder", "never_used"}


@pytest.mark.parametrize(
    "fault", ["forbid:users", {"what": "html", "path": "/users"}, {"what": "cut", "path": "/users"}]
)
def test_without_users_there_is_no_list_and_no_score(home: Home, fault: Any) -> None:
    """INV-21: an empty list would look like a tenant without waste."""

    async def ask(tenant: LiveTenant) -> None:
        head = await tenant.scan()
        assert head.summary.score is None
        assert head.summary.exposure is None
        with pytest.raises(NotReadable):
            await tenant.holders(head.evaluation_id, HolderQuery())
        with pytest.raises(NotReadable):
            await tenant.person(head.evaluation_id, "anybody")

    home.ask(ask, fault)


def test_without_skus_the_score_is_unknown_and_people_are_listed_all_the_same(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> int:
        head = await tenant.scan()
        assert head.summary.score is None
        assert "LicenseAssignment.Read.All" in unknown(head)
        return (await tenant.holders(head.evaluation_id, HolderQuery())).total

    assert home.ask(ask, "forbid:skus") > 10


def test_an_expired_token_is_an_error_that_says_what_to_do(home: Home) -> None:
    with pytest.raises(NotReadable, match="Sign in again"):
        home.ask(scan, "expired_token")


def test_a_tenant_without_people_has_no_waste_and_says_that_nothing_can_be_scored(home: Home) -> None:
    async def ask(tenant: LiveTenant) -> tuple[EvaluationHead, int]:
        head = await tenant.scan()
        return head, (await tenant.holders(head.evaluation_id, HolderQuery())).total

    head, total = home.ask(ask, "nobody")
    assert total == 0
    assert head.summary.coverage is None


def test_people_without_any_field_are_kept_and_nothing_is_claimed_of_them(home: Home) -> None:
    """The fault empties two of three people."""

    async def ask(tenant: LiveTenant) -> tuple[int, int]:
        head = await tenant.scan()
        users = (await tenant.context(head.evaluation_id)).reading(Source.USERS)
        assert users.reason is None
        claimed = sum(total.seats for total in head.summary.by_kind if total.kind == "disabled_holder")
        return users.rows, claimed

    rows, claimed = home.ask(ask)
    emptied_rows, emptied_claimed = later(home).ask(ask, {"what": "null_fields", "path": "/users"})
    assert emptied_rows == rows
    assert emptied_claimed < claimed


def test_a_storm_of_throttling_is_waited_out(home: Home) -> None:
    """INV-22: the waiting is told, and ends."""
    assert home.ask(scan, "throttle_storm:2").summary.score is not None


@pytest.mark.parametrize(
    "fault",
    [
        "expired_token",
        {"what": "status", "path": "/users", "status": 500},
        {"what": "cut", "path": "/users"},
        {"what": "html_report", "path": "/reports"},
    ],
)
def test_a_failure_that_passes_leaves_what_was_read_before_and_says_how_old_it_is(home: Home, fault: Any) -> None:
    before = home.ask(scan)
    after = later(home).ask(scan, fault)
    assert after.summary.score == before.summary.score
    assert after.summary.exposure == before.summary.exposure
    assert f"is from {before.as_of:%Y-%m-%d}" in unknown(after)


def test_a_permission_that_was_taken_away_is_told_and_its_data_no_longer_used(home: Home) -> None:
    home.ask(scan)
    assert "AuditLog.Read.All" in unknown(later(home).ask(scan, "forbid:signin"))


def test_a_permission_that_was_granted_counts_at_the_next_refresh(home: Home) -> None:
    assert "AuditLog.Read.All" in unknown(home.ask(scan, "forbid:signin"))
    home.clock.move(minutes=2)
    assert "AuditLog.Read.All" not in unknown(home.ask(scan))


def test_another_tenant_than_the_settings_name_is_not_read(home: Home) -> None:
    home.tenant_id = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(SettingsError, match="another tenant"):
        home.ask(scan)


def test_old_generations_and_evaluations_are_forgotten(home: Home) -> None:
    """The file stays as large as one day's reading."""
    import sqlite3

    for _ in range(4):
        later(home).ask(scan)
    with sqlite3.connect(home.folder / "snapshot.db") as db:
        assert db.execute("SELECT COUNT(*) FROM evaluation").fetchone()[0] <= 4
        assert db.execute("SELECT COUNT(DISTINCT generation_id) FROM person").fetchone()[0] <= 3
