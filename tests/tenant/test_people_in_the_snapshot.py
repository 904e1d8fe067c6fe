"""What is read of people comes back out of the snapshot as it was, and is forgotten with its generation."""

from pathlib import Path

import pytest

from licenseiq.people import Person
from licenseiq.ports import HolderQuery
from licenseiq_tenant.database import Database
from licenseiq_tenant.live import FILE, LiveTenant
from licenseiq_tenant.snapshot.tables import OF_EVALUATION, OF_GENERATION
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Home, scan, silent

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


async def several(tenant: LiveTenant) -> list[Person]:
    head = await tenant.scan()
    rows = (await tenant.holders(head.evaluation_id, HolderQuery(inactive_days=1, limit=80))).rows
    return [await tenant.person(head.evaluation_id, row.user_id) for row in rows]


def test_a_persons_place_in_the_company_comes_back(home: Home) -> None:
    found = home.ask(several)
    assert any(one.country == "Poland" for one in found)
    staff = [one for one in found if one.employee_id]
    assert all(one.cost_center and one.cost_center.startswith("CC-") and one.division for one in staff)
    assert any(one.manager_id for one in staff)
    assert all(a.changed is not None for one in found for a in one.assignments)
    activations = [one.signals.activation for one in found if one.signals.activation is not None]
    assert any(use.activated("apps") for use in activations)


def test_without_the_managers_everything_else_is_read_and_the_answer_says_so(tmp_path: Path, demo: OnDemo) -> None:
    async def ask(tenant: LiveTenant) -> tuple[list[Person], tuple[str, ...]]:
        found = await several(tenant)
        return found, (await tenant.evaluation(silent)).summary.unknown

    refused = {"what": "status", "path": "/users", "query": "expand", "status": 400, "code": "Request_UnsupportedQuery"}
    found, unknown = Home(tmp_path, demo).ask(ask, refused)
    assert found
    assert not any(one.manager_id for one in found)
    assert any("the managers of people could not be read" in words.lower() for words in unknown)


def test_every_table_of_the_snapshot_is_forgotten_with_what_it_belongs_to(home: Home) -> None:
    """A table that nobody empties would keep people who have left the tenant."""
    database = Database(home.folder / FILE, "licenseiq_tenant.snapshot.migrations")
    with database.read() as db:
        tables = set(db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    database.close()
    beside = {"generation", "pointer", "last_try", "scan_lease", "rate_use", "delta_link", "evaluation"}
    assert tables == {*OF_GENERATION, *OF_EVALUATION, *beside, "proposal_subject"}


def test_managers_are_read_after_the_first_answer(tmp_path: Path, demo: OnDemo) -> None:
    """They are a tenth on a page, and no finding waits for them."""
    demo.reset()
    Home(tmp_path, demo).ask(scan)
    asked = [(entry["path"], entry["query"]) for entry in demo.requests()]
    first = next(n for n, (path, query) in enumerate(asked) if path == "/users" and "expand" in query)
    assert any("licenseAssignmentStates" in query for _, query in asked[:first])
    late = asked[first:]
    assert not any(path.startswith("/reports/") or "licenseAssignmentStates" in query for path, query in late)
