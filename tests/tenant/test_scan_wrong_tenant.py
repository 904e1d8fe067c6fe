"""Whose tenant it is that answers: where that cannot be told, nothing is read (fail closed)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from licenseiq.errors import SettingsError
from licenseiq.readings import Reason, Source
from licenseiq_tenant.checks import try_all
from licenseiq_tenant.database import Database
from licenseiq_tenant.graph.client import Connection
from licenseiq_tenant.live import FILE, open_tenant
from tests.tenant.lanes.marks import SDK
from tests.tenant.lanes.scripted import Scripted
from tests.tenant.on_demo import OnDemo, no_waiting
from tests.tenant.scanning import Clock, Home

pytestmark = SDK
TENANT = "00000000-0000-4000-8000-000000000000"


async def token() -> str:
    return "secret"


def scan(folder: Path, body: bytes) -> None:
    """Scans a Graph that answers everything with `body`."""

    async def ask() -> None:
        async with Scripted([], direct=body).open() as graph:
            connection = Connection(graph.url(""), token)
            async with open_tenant(folder, connection, TENANT, simulated=True, sleep=no_waiting) as tenant:
                await tenant.scan()

    anyio.run(ask)


@pytest.mark.parametrize("item", [b"", b"{}", b'{"id": null}', b'{"id": ""}', b'{"id": 7}', b'{"id": ["0"]}'])
def test_a_graph_that_does_not_say_which_tenant_it_is_ends_the_scan(tmp_path: Path, item: bytes) -> None:
    with pytest.raises(SettingsError, match="did not say which tenant it answers for; nothing was read") as caught:
        scan(tmp_path, b'{"value": [%b]}' % item)
    assert "LICENSEIQ_GRAPH_URL" in caught.value.next_step


def test_a_graph_that_says_the_right_tenant_is_read_positive_control(tmp_path: Path) -> None:
    scan(tmp_path, b'{"value": [{"id": "%b"}]}' % TENANT.encode())


@pytest.mark.parametrize("what", ["wrong_fields", "half"])
def test_a_tenant_that_no_longer_says_its_id_leaves_everything_as_it_was(
    tmp_path: Path, demo: OnDemo, what: str
) -> None:
    home = Home(tmp_path, demo)
    home.ask(lambda tenant: tenant.scan())

    def published() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(tmp_path / FILE)) as db:
            return sorted(db.execute("SELECT source, generation_id FROM pointer"))

    before = published()
    home.clock.move(hours=25)
    with pytest.raises(SettingsError, match="did not say which tenant"):
        home.ask(lambda tenant: tenant.scan(), {"what": what, "path": "/organization"})
    assert published() == before


@pytest.mark.parametrize("item", [b"", b'{"id": null}', b'{"id": 7}'])
def test_a_check_does_not_call_a_tenant_right_that_does_not_say_its_id(tmp_path: Path, item: bytes) -> None:
    async def ask() -> object:
        database = Database(tmp_path / FILE, "licenseiq_tenant.snapshot.migrations")
        try:
            async with Scripted([], direct=b'{"value": [%b]}' % item).open() as graph:
                checked = await try_all(Connection(graph.url(""), token), database, TENANT, Clock())
        finally:
            database.close()
        return checked.tried[Source.ORGANIZATION], checked.tenant_id

    assert anyio.run(ask) == (Reason.MALFORMED, None)
