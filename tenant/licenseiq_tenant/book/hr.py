"""HR's word on the people of one tenant: the list of the last import."""

from collections.abc import Mapping
from datetime import date

from licenseiq.hr import NONE, HrList, version_of
from licenseiq.people import Employment, HrRecord
from licenseiq_tenant.database import Database


class HrBook:
    """Blocking: call it off the event loop."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant = tenant_id
        self._last = HrList()

    def version(self) -> str:
        """The version of the last import, 'none' before the first."""
        return self._imported()[0]

    def as_of(self) -> date | None:
        """The day of the last import, in UTC."""
        return self._imported()[1]

    def current(self) -> HrList:
        """The list of the last import, loaded again only when there was another one."""
        version, as_of = self._imported()
        if (self._last.version, self._last.as_of) != (version, as_of):
            self._last = self._load()
        return self._last

    def keep(self, records: Mapping[str, HrRecord], today: date) -> str:
        """Makes these the whole list, and returns its version."""
        version = version_of(records)
        rows = [
            (self._tenant, key, one.status.value, _text(one.since), _text(one.until)) for key, one in records.items()
        ]
        with self._database.write() as db:
            db.exec_driver_sql("DELETE FROM hr_record WHERE tenant_id = ?", (self._tenant,))
            if rows:
                db.exec_driver_sql("INSERT INTO hr_record VALUES (?, ?, ?, ?, ?)", rows)
            db.exec_driver_sql(
                "INSERT OR REPLACE INTO hr_import VALUES (?, ?, ?)", (self._tenant, version, today.isoformat())
            )
        return version

    def forget(self) -> None:
        """HR is not connected any more."""
        with self._database.write() as db:
            for table in ("hr_record", "hr_import"):
                db.exec_driver_sql(f"DELETE FROM {table} WHERE tenant_id = ?", (self._tenant,))  # noqa: S608 - our own

    def _imported(self) -> tuple[str, date | None]:
        with self._database.read() as db:
            row = db.exec_driver_sql(
                "SELECT version, imported_on FROM hr_import WHERE tenant_id = ?", (self._tenant,)
            ).first()
        return (NONE, None) if row is None else (str(row[0]), date.fromisoformat(row[1]))

    def _load(self) -> HrList:
        """Version, day and records of one state of the book."""
        with self._database.read() as db:
            head = db.exec_driver_sql(
                "SELECT version, imported_on FROM hr_import WHERE tenant_id = ?", (self._tenant,)
            ).first()
            rows = db.exec_driver_sql(
                "SELECT user_key, status, since, until FROM hr_record WHERE tenant_id = ?", (self._tenant,)
            ).all()
        if head is None:
            return HrList()
        records = {row[0]: HrRecord(Employment(row[1]), _day(row[2]), _day(row[3])) for row in rows}
        return HrList(records, str(head[0]), date.fromisoformat(head[1]))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
