"""The customer's price lists of one tenant: the one of today, and those that evaluations were made with."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from licenseiq.price_content import NONE, content_of, read_content, version_of
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection


class PriceBooks:
    """Blocking: call it off the event loop. Reading raises Tampered where a stored list is not what was imported."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant = tenant_id

    def version(self) -> str:
        """The version of today, 'none' before the first import."""
        with self._database.read() as db:
            return self._newest(db)

    def current(self) -> PriceBook:
        with self._database.read() as db:
            return self._read(db, self._newest(db)) or PriceBook()

    def at(self, version: str) -> PriceBook | None:
        """The list of a version; None where it was never kept here."""
        with self._database.read() as db:
            return self._read(db, version)

    def keep(self, rows: Iterable[OwnPrice], today: date) -> PriceBook:
        """Makes `rows` the whole list, and returns it. The same rows again change the day of the import alone."""
        content = content_of(rows)
        version = version_of(content)
        with self._database.write() as db:
            if version != NONE:
                db.exec_driver_sql(
                    "INSERT INTO price_list VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (self._tenant, version, content)
                )
            db.exec_driver_sql(
                "INSERT INTO price_import SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ? "
                "FROM price_import WHERE tenant_id = ?",
                (self._tenant, version, today.isoformat(), self._tenant),
            )
        return read_content(content, version, today)

    def _newest(self, db: "Connection") -> str:
        found = db.exec_driver_sql(
            "SELECT version FROM price_import WHERE tenant_id = ? ORDER BY number DESC LIMIT 1", (self._tenant,)
        ).scalar()
        return NONE if found is None else str(found)

    def _read(self, db: "Connection", version: str) -> PriceBook | None:
        if version == NONE:
            return PriceBook()
        content = db.exec_driver_sql(
            "SELECT content FROM price_list WHERE tenant_id = ? AND version = ?", (self._tenant, version)
        ).scalar()
        day = db.exec_driver_sql(
            "SELECT MAX(imported_on) FROM price_import WHERE tenant_id = ? AND version = ?", (self._tenant, version)
        ).scalar()
        if content is None:
            return None
        # A text in the place of bytes was never written here; it has another digest.
        stored = bytes(content) if isinstance(content, bytes | memoryview) else b""
        return read_content(stored, version, None if day is None else date.fromisoformat(day))
