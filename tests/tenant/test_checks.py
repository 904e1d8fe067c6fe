"""What can be read is tried with one small request each, on the demo tenant over HTTP."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from licenseiq.errors import NotReadable
from licenseiq.readings import Reason, Source
from licenseiq_tenant.checks import FEATURES, Checked, Judged, judged, lane_ages, try_all
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.live import FILE
from tests.tenant.on_demo import OnDemo

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(tmp_path / FILE, "licenseiq_tenant.snapshot.migrations")
    yield found
    found.close()


def now() -> datetime:
    return datetime.now(UTC)


def tried(demo: OnDemo, database: Database, *faults: object, ahead: float = 0.0, token: str | None = None) -> Checked:
    demo.set_faults(*faults)
    found = demo.found("reader")

    async def source() -> str:
        return token or found.token

    async def ask() -> Checked:
        connection = Connection(found.url, source)
        return await try_all(connection, database, None, lambda: now() + timedelta(seconds=ahead))

    return anyio.run(ask)


def by_key(checked: Checked) -> dict[str, Judged]:
    return {one.feature.key: one for one in judged(checked)}


def test_all_that_is_granted_is_there_with_few_small_requests_and_no_download(demo: OnDemo, database: Database) -> None:
    checked = tried(demo, database)
    assert {one.state for one in judged(checked) if not one.feature.optional} == {"there"}
    assert by_key(checked)["leavers"].state == "unknown", "nobody's methods and rules are read for a trial"
    assert checked.problem is None
    assert checked.tenant_id == demo.found("reader").tenant_id
    asked = demo.requests()
    assert len(asked) == checked.requests <= 12
    assert not any(entry["is_change"] for entry in asked)
    assert not any("download" in entry["path"] for entry in asked)


@pytest.mark.parametrize(
    ("fault", "key", "state", "words"),
    [
        ("forbid:signin", "sign_ins", "missing", "AuditLog.Read.All"),
        ("forbid:reports", "reports", "missing", "Reports.Read.All"),
        ("forbid:report_settings", "names", "missing", "ReportSettings.Read.All"),
        ("forbid:roles", "roles", "missing", "RoleManagement.Read.Directory"),
        ("forbid:eligibility", "eligible_roles", "missing", "RoleEligibilitySchedule.Read.Directory"),
        ("forbid:groups", "groups", "missing", "Group.Read.All"),
        ("forbid:subscriptions", "renewals", "missing", "Organization.Read.All"),
        ("forbid:skus", "score", "missing", "LicenseAssignment.Read.All"),
        ("forbid:roles", "proposals", "missing", "RoleManagement.Read.Directory"),
        ("no_p1", "sign_ins", "missing", "Entra ID P1"),
        ("no_p2", "eligible_roles", "not offered", "nobody can hold such a role"),
        ("concealed_names", "names", "missing", "hashes"),
        ("concealed_names", "reports", "missing", "Names in usage reports"),
    ],
)
def test_what_is_not_granted_is_named_with_its_step(
    demo: OnDemo, database: Database, fault: str, key: str, state: str, words: str
) -> None:
    found = by_key(tried(demo, database, fault))
    assert found[key].state == state
    assert words in f"{found[key].words} {found[key].step}"
    assert found["profile"].state == "there"


def test_showing_concealed_names_says_what_that_means_for_privacy(demo: OnDemo, database: Database) -> None:
    assert "Privacy: names are then shown" in by_key(tried(demo, database, "concealed_names"))["names"].step


def test_a_cloud_without_reports_is_no_missing_permission(demo: OnDemo, database: Database) -> None:
    found = by_key(tried(demo, database, {"what": "status", "regex": "^/(reports|admin)/", "status": 404}))
    assert (found["reports"].state, found["names"].state) == ("not offered", "not offered")


def test_a_refused_token_stops_the_rest_and_says_how_to_sign_in(demo: OnDemo, database: Database) -> None:
    checked = tried(demo, database, "expired_token")
    assert checked.requests == 1
    assert checked.problem is not None
    assert "licenseiq connect" in checked.problem
    assert {one.state for one in judged(checked)} == {"unknown"}


def test_a_graph_that_nobody_answers_for_is_asked_once(database: Database) -> None:
    async def source() -> str:
        return "token"

    async def ask() -> Checked:
        return await try_all(Connection("http://127.0.0.1:9/v1.0", source), database, None, now)

    checked = anyio.run(ask)
    assert (checked.requests, checked.tried) == (1, {})
    assert checked.problem is not None
    assert checked.problem.startswith("Microsoft Graph could not be reached.")


def test_a_sign_in_that_failed_is_a_problem_in_its_own_words(database: Database) -> None:
    async def source() -> str:
        raise NotReadable("The kept sign-in is spent.", "Do it again.", reason="signed_out")

    async def ask() -> Checked:
        return await try_all(Connection("http://127.0.0.1:9/v1.0", source), database, None, now)

    checked = anyio.run(ask)
    assert (checked.requests, checked.problem) == (0, "The kept sign-in is spent. Do it again.")


def test_answers_that_are_no_graph_are_unknown_and_never_there(demo: OnDemo, database: Database) -> None:
    found = judged(tried(demo, database, {"what": "html"}))
    assert "there" not in {one.state for one in found}


def test_a_clock_that_is_wrong_is_measured_by_graphs_own_date(demo: OnDemo, database: Database) -> None:
    checked = tried(demo, database, ahead=600)
    assert checked.clock_ahead is not None
    assert 595 < checked.clock_ahead < 605
    right = tried(demo, database)
    assert right.clock_ahead is not None
    assert abs(right.clock_ahead) < 5


def test_checking_again_and_again_stays_within_graphs_limits(demo: OnDemo, database: Database) -> None:
    """What a check may take leaves the scans theirs; the newest known answer is told instead."""
    for _ in range(4):
        checked = tried(demo, database)
    assert checked.tried[Source.ACTIVE_USERS] is Reason.THROTTLED
    assert by_key(checked)["reports"].state == "unknown"
    assert sum("/reports/" in entry["path"] for entry in demo.requests()) == 2
    tenant_id = checked.tenant_id
    with database.write() as db:
        db.exec_driver_sql(
            "INSERT INTO last_try VALUES (?, ?, ?, NULL)",
            (tenant_id, Source.ACTIVE_USERS.value, now().isoformat()),
        )
    assert by_key(tried(demo, database))["reports"].state == "there"


def test_the_tokens_permissions_are_told_and_those_that_are_too_many(demo: OnDemo, database: Database) -> None:
    claims = {"roles": ["User.Read.All", "Mail.Read", "AuditLog.Read.All"]}
    coded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    checked = tried(demo, database, token=f"e30.{coded}.c2ln")
    assert checked.permissions == ("AuditLog.Read.All", "Mail.Read", "User.Read.All")
    assert checked.extra == ("Mail.Read",)
    assert tried(demo, database).permissions is None


def test_ages_of_a_home_that_read_nothing_are_unknown(database: Database) -> None:
    assert {moment for _, moment in lane_ages(database, "t")} == {None}


def test_every_feature_says_what_is_lost_without_it() -> None:
    assert all(feature.without.endswith(".") and feature.permissions for feature in FEATURES)
