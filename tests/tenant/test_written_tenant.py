"""What the rules say of a tenant that was written from Microsoft's meanings, read over HTTP like any other."""

import sqlite3
from pathlib import Path

import anyio
import pytest

from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.live import FILE, open_tenant
from tests.tenant.written.graph import TENANT, WrittenGraph, user_id
from tests.tenant.written.people import PEOPLE

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


def found_in(home: Path, graph: WrittenGraph) -> tuple[dict[str, str], set[tuple[str, str, int]]]:
    """After a whole scan: by the person's name what is said, and what is said of seats of a product."""

    async def scanned(url: str) -> None:
        async def token() -> str:
            return "a token"

        async with open_tenant(home, Connection(url, token), TENANT, simulated=False) as tenant:
            await tenant.scan()

    with graph.serving() as url:
        anyio.run(scanned, url)
    assert graph.unknown == []
    with sqlite3.connect(home / FILE) as db:
        rows = db.execute(
            "SELECT user_id, kind, confidence, seats FROM finding WHERE evaluation_id = "
            "(SELECT evaluation_id FROM evaluation ORDER BY number DESC LIMIT 1) ORDER BY kind"
        ).fetchall()
    db.close()
    names = {user_id(one): one.name for one in PEOPLE}
    said: dict[str, list[str]] = {one.name: [] for one in PEOPLE}
    for who, kind, confidence, _ in rows:
        if who is not None and kind != "stale_identity":
            said[names[who]].append(f"{kind} {confidence}")
    seats = {(kind, confidence, number) for who, kind, confidence, number in rows if who is None}
    return {name: ", ".join(sorted(found)) for name, found in said.items()}, seats


def test_each_corner_case_is_judged_by_its_meaning(tmp_path: Path) -> None:
    people, seats = found_in(tmp_path, WrittenGraph())
    assert people == {one.name: one.expected for one in PEOPLE}
    assert seats == {
        # E3: more taken than bought, some past their end; STANDARDPACK: all suspended; E5: two suspended beside enough.
        ("over_assigned", "certain", 3),
        ("over_assigned", "certain", 4),
        ("over_assigned", "likely", 2),
        # E5 and a product that no table knows, beyond the buffer; neither trials nor what is free or tenant-wide.
        ("unassigned_seats", "certain", 3),
        ("unassigned_seats", "certain", 16),
        ("trial_expiring", "certain", 25),
    }


def test_with_hidden_names_sign_ins_carry_the_claims_and_what_only_reports_tell_is_unknown(tmp_path: Path) -> None:
    people, _ = found_in(tmp_path, WrittenGraph(hidden=True))
    assert people == {one.name: one.expected if one.hidden is None else one.hidden for one in PEOPLE}


def test_without_sign_ins_the_reports_carry_the_claims(tmp_path: Path) -> None:
    people, _ = found_in(tmp_path, WrittenGraph(premium=False))
    assert people == {one.name: one.expected if one.without is None else one.without for one in PEOPLE}
