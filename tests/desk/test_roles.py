"""Two roles in PostgreSQL: whoever speaks with models cannot decide, and whoever decides cannot change the question."""

import os
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from licenseiq_tenant.desk_state import DeskState
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.postgresql.rights import APPEND_ONLY, not_apart, rights
from licenseiq_tenant.postgresql.server import Server
from tests.desk.fakes import TENANT, opening, plan_for, world_in
from tests.postgresql import ASKED, BOTH, OWNER, THE_DESK, THE_SERVER, Cluster, stores_in

FIRST_COLUMNS = (
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1 WHERE n.nspname = %s AND c.relkind = 'r'"
)
# How a row could be added, changed or taken away, with no other right than to do so. None gets as far as a row.
ATTEMPTS = (
    "INSERT INTO {table} ({column}) SELECT NULL WHERE false",
    "UPDATE {table} SET {column} = DEFAULT WHERE false",
    "DELETE FROM {table} WHERE false",
    "TRUNCATE {table} CASCADE",
)


def allowed(cluster: Cluster, account: str, store: str) -> set[tuple[str, str]]:
    """What an account can do to the tables of a store, tried on each: (table, first word of the statement)."""
    with psycopg.connect(cluster.url(cluster.made)) as owner:
        tables = dict(owner.execute(FIRST_COLUMNS, (f"licenseiq_{store}",)).fetchall())
    assert tables
    found = set()
    with psycopg.connect(cluster.url(cluster.made, account), autocommit=True) as connection:
        for table, column in tables.items():
            for attempt in ATTEMPTS:
                try:
                    with connection.transaction(force_rollback=True):
                        connection.execute(attempt.format(table=f"licenseiq_{store}.{table}", column=column).encode())
                    found.add((table, attempt.split()[0]))
                except psycopg.errors.InsufficientPrivilege:
                    continue
    return found


def changed_by_hand(cluster: Cluster, *statements: str) -> None:
    with psycopg.connect(cluster.url(cluster.made), autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement.encode())


def test_the_servers_account_can_write_no_table_of_the_desk(cluster: Cluster) -> None:
    assert allowed(cluster, THE_SERVER, "desk") == set()
    with Server(cluster.url(cluster.made, THE_SERVER)).connect() as connection:
        assert rights(connection).is_server
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM licenseiq_desk.approval")


def test_the_desks_account_can_change_no_proposal_and_no_entry_of_the_ledger(cluster: Cluster) -> None:
    removes = {("opening", "DELETE"), ("tool_call", "DELETE")}
    assert allowed(cluster, THE_DESK, "inbox") == removes | {("one_writer", "UPDATE")}
    in_desk = allowed(cluster, THE_DESK, "desk")
    assert {what for table, what in in_desk if table in APPEND_ONLY} == {"INSERT"}
    assert ("approval", "UPDATE") in in_desk
    assert not [what for table, what in in_desk if what == "TRUNCATE"]
    with Server(cluster.url(cluster.made, THE_DESK)).connect() as connection:
        assert rights(connection).is_desk


def test_the_servers_account_adds_to_the_inbox_and_changes_nothing_there(cluster: Cluster) -> None:
    found = allowed(cluster, THE_SERVER, "inbox") - {("one_writer", "UPDATE")}
    assert {what for _, what in found} == {"INSERT"}


@pytest.mark.parametrize(
    ("planted", "taken_back", "account", "store"),
    [
        (
            f"GRANT INSERT (tenant_id) ON licenseiq_desk.approval TO {THE_SERVER}",
            f"REVOKE INSERT (tenant_id) ON licenseiq_desk.approval FROM {THE_SERVER}",
            THE_SERVER,
            "desk",
        ),
        (
            f"GRANT UPDATE ON licenseiq_desk.run TO {THE_SERVER}",
            f"REVOKE UPDATE ON licenseiq_desk.run FROM {THE_SERVER}",
            THE_SERVER,
            "desk",
        ),
        (f"GRANT licenseiq_desk TO {THE_SERVER}", f"REVOKE licenseiq_desk FROM {THE_SERVER}", THE_SERVER, "desk"),
        (
            f"GRANT UPDATE ON licenseiq_inbox.proposal TO {THE_DESK}",
            f"REVOKE UPDATE ON licenseiq_inbox.proposal FROM {THE_DESK}",
            THE_DESK,
            "inbox",
        ),
    ],
)
def test_positive_control_a_right_too_many_is_seen(
    cluster: Cluster, planted: str, taken_back: str, account: str, store: str
) -> None:
    before = allowed(cluster, account, store)
    changed_by_hand(cluster, planted)
    try:
        assert allowed(cluster, account, store) > before
        with Server(cluster.url(cluster.made, account)).connect() as connection:
            found = rights(connection)
        assert not (found.is_server if store == "desk" else found.is_desk)
    finally:
        changed_by_hand(cluster, taken_back)


def problems(cluster: Cluster, account: str) -> str:
    with Server(cluster.url(cluster.made, account)).connect() as connection:
        return " ".join(not_apart(connection))


def test_the_desk_knows_whether_postgresql_keeps_the_server_apart(cluster: Cluster) -> None:
    changed_by_hand(cluster, f"ALTER USER {BOTH} NOLOGIN")  # the account of other tests, which is both
    try:
        assert problems(cluster, THE_DESK) == ""
        for planted, taken_back, said in (
            (
                f"GRANT UPDATE ON licenseiq_desk.run TO {THE_SERVER}",
                f"REVOKE UPDATE ON licenseiq_desk.run FROM {THE_SERVER}",
                "can write",
            ),
            (f"GRANT licenseiq_desk TO {THE_SERVER}", f"REVOKE licenseiq_desk FROM {THE_SERVER}", "can write"),
            (f"GRANT licenseiq_server TO {THE_DESK}", f"REVOKE licenseiq_server FROM {THE_DESK}", "too"),
            (f"ALTER USER {THE_SERVER} NOLOGIN", f"ALTER USER {THE_SERVER} LOGIN", "No other account"),
            (
                f"GRANT UPDATE ON licenseiq_inbox.proposal TO {THE_DESK}",
                f"REVOKE UPDATE ON licenseiq_inbox.proposal FROM {THE_DESK}",
                "nothing apart",
            ),
        ):
            changed_by_hand(cluster, planted, f"ALTER USER {ASKED} NOLOGIN")
            try:
                assert said in problems(cluster, THE_DESK), planted
            finally:
                changed_by_hand(cluster, taken_back, f"ALTER USER {ASKED} LOGIN")
    finally:
        changed_by_hand(cluster, f"ALTER USER {BOTH} LOGIN")
    assert "can write" in problems(cluster, THE_DESK)
    assert "nothing apart" in problems(cluster, OWNER)


@pytest.mark.anyio
async def test_each_with_its_own_account_a_proposal_is_approved_carried_out_and_seen(
    tmp_path: Path, cluster: Cluster
) -> None:
    server, at_desk = cluster.emptied(THE_SERVER), Server(cluster.url(cluster.made, THE_DESK))
    servers, desks = tmp_path / "server", tmp_path / "desk"  # two homes, as two accounts of a machine have
    with stores_in(server, servers), closing(Inbox(servers)) as inbox:
        inbox.put("p-1", plan_for(), [opening(1)], "k")
    with stores_in(at_desk, desks):
        world = world_in(desks)
        with closing(world.inbox), closing(world.desk):
            await world.approve()
            entry = world.inbox.entry(TENANT, "p-1")
            assert entry is not None
            assert entry.openings == ()
            assert await world.finish() == "complete"
            assert world.desk.verify_ledger(TENANT).is_whole
    with stores_in(server, servers):
        report = DeskState(servers).report(TENANT, "p-1")
    assert report is not None
    assert report.runs[0].state == "complete"
    assert os.listdir(desks) == ["keys"]
    assert not servers.exists()
