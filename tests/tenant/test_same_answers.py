"""The same tenant, read into SQLite and into PostgreSQL, answers every question alike."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from licenseiq.ports import HolderQuery
from licenseiq.spending.table import SpendBy
from licenseiq.waste import GroupBy, WasteQuery
from licenseiq_tenant.live import LiveTenant
from tests.postgresql import THE_SERVER, Cluster, stores_in
from tests.tenant.on_demo import OnDemo
from tests.tenant.scanning import Clock, Home

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
# For the moments of the scans, which differ.
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def everything(tenant: LiveTenant) -> dict[str, Any]:
    """The answer to each kind of question, by its name."""
    # Twice, so that the second scan goes on from the first.
    await tenant.scan()
    tenant._keeper.clock.move(hours=30)  # type: ignore[attr-defined]
    head = await tenant.scan()
    name = head.evaluation_id
    first = await tenant.holders(name, HolderQuery(limit=7))
    rows = (await tenant.holders(name, HolderQuery(everybody=True, limit=500))).rows
    someone, sku = rows[0], rows[0].sku_ids[0]
    department = next(row.department for row in rows if row.department)
    waste = await tenant.waste(name, WasteQuery(limit=500))
    days = await tenant.history_days()
    day = await tenant.history_day(days[-1])
    assert day is not None
    return {
        "summary": head.summary,
        "first page": first,
        "second page": await tenant.holders(name, HolderQuery(limit=7, after=first.next_after)),
        "everybody": rows,
        "of a SKU": await tenant.holders(name, HolderQuery(sku_id=sku, include_disabled=False)),
        "of a department": await tenant.holders(name, HolderQuery(department=department.upper())),
        **{f"holders by {by}": await tenant.holder_groups(name, HolderQuery(), by) for by in list(GroupBy)[1:]},
        "ids": sorted(await tenant.user_ids(name)),
        "one person": await tenant.person(name, someone.user_id),
        "waste": waste,
        "waste of a SKU": await tenant.waste(name, WasteQuery(sku_id=sku, skip=1)),
        **{f"waste by {by}": await tenant.waste_groups(name, WasteQuery(), by) for by in GroupBy},
        "held seats": dict(await tenant.held_seats(name)),
        **{f"spend by {by}": await tenant.spending(name, by) for by in SpendBy},
        "history": replace(day, as_of=NOON, seats_as_of=NOON),
    }


def test_both_engines_give_the_same_answers(demo: OnDemo, tmp_path: Path, cluster: Cluster) -> None:
    """By the server's own account, which has the rights of its role and no other."""
    in_files = Home(tmp_path / "files", demo, Clock()).ask(everything)
    with stores_in(cluster.emptied(THE_SERVER), tmp_path / "server"):
        in_postgresql = Home(tmp_path / "server", demo, Clock()).ask(everything)
    assert in_postgresql.keys() == in_files.keys()
    for question, answer in in_files.items():
        # A name of this tenant holds the character NUL, which PostgreSQL's text cannot.
        assert repr(in_postgresql[question]) == repr(answer).replace(r"\x00", "\ufffd"), question
    assert len(in_files["everybody"]) > 100
    assert in_files["waste"].total > 20
    assert not (tmp_path / "server" / "snapshot.db").exists()
