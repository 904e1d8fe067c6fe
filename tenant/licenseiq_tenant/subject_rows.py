"""What the snapshot and the book of a home hold about one person, row by row, for whoever asks for a copy of it.

Inferred data too: findings and their evidence are about the person. What proposals hold is the desk's to open.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from licenseiq.proposals.canonical import Json
from licenseiq_tenant.book import store as book
from licenseiq_tenant.database import read_only
from licenseiq_tenant.live import FILE as SNAPSHOT
from licenseiq_tenant.places import exists
from licenseiq_tenant.snapshot.rows import fold
from licenseiq_tenant.snapshot.tables import ROLE_TABLES, USAGE_TABLES

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Table -> the column that says whose a row is. Of 'manager' and 'group_member' only the person's own rows.
BY_ID: Mapping[str, str] = {
    "person": "user_id",
    "assignment": "user_id",
    "group_member": "user_id",
    "excluded_member": "user_id",
    "manager": "user_id",
    "sign_in": "user_id",
    "left_over": "user_id",
    "holder": "user_id",
    "finding": "user_id",
    "claim": "user_id",
    "proposal_subject": "user_id",
    **dict.fromkeys(ROLE_TABLES.values(), "principal_id"),
}
BY_NAME: Mapping[str, str] = dict.fromkeys(USAGE_TABLES.values(), "principal_key")
OF_BOOK: Mapping[str, str] = {"hr_record": "user_key", "exception": "finding_id", "history_group": "key"}
# What opens commitments is no information about anybody.
_NOT_TOLD = frozenset({"seed", "account_seed", "tenant_id"})


def rows_about(home: Path, tenant_id: str, user_id: str, principal: str | None) -> dict[str, list[Json]]:
    """The rows of each table that is about the person, of all readings that are kept. Raises StateUnknown."""
    found: dict[str, list[Json]] = {}
    name = fold(principal)
    if exists(home / SNAPSHOT):
        with read_only(home / SNAPSHOT) as db:
            found |= _of(db, BY_ID, tenant_id, [user_id])
            found |= _of(db, BY_NAME, tenant_id, [name])
    if exists(home / book.FILE):
        with read_only(home / book.FILE) as db:
            found |= _of(db, {"hr_record": OF_BOOK["hr_record"]}, tenant_id, [user_id, name])
            found |= _of(db, {"history_group": OF_BOOK["history_group"]}, tenant_id, [user_id])
            # A finding's id is its kind and whom it is about.
            rows = _of(db, {"exception": OF_BOOK["exception"]}, tenant_id, [f"%:{user_id}"], "LIKE")
            found |= rows
    return {table: rows for table, rows in found.items() if rows}


def _of(
    db: "Connection", tables: Mapping[str, str], tenant_id: str, values: list[str | None], compared: str = "="
) -> dict[str, list[Json]]:
    known = [value for value in dict.fromkeys(values) if value is not None]
    return {
        table: [row for value in known for row in _rows(db, table, column, compared, tenant_id, value)]
        for table, column in tables.items()
    }


def _rows(db: "Connection", table: str, column: str, compared: str, tenant_id: str, value: str) -> Iterator[Json]:
    query = f"SELECT * FROM {table} WHERE tenant_id = ? AND {column} {compared} ?"  # noqa: S608 - our own names
    for row in db.exec_driver_sql(query, (tenant_id, value)).mappings():
        yield {name: _plain(value) for name, value in row.items() if name not in _NOT_TOLD}


def _plain(value: object) -> Json:
    """What is stored as JSON is told as JSON."""
    if isinstance(value, bytes | memoryview):
        data = bytes(value)
        try:
            found: Json = json.loads(data)
        except ValueError:
            return data.hex()
        return found
    return value if isinstance(value, str | int) or value is None else str(value)
