"""Carrying a source over into a new generation, so that only what changed has to be read.

Generations stay as they were published: what is carried over is copied within the store. A link to Graph's later
changes belongs to one generation; when that is not the newest one of its source, the link is of no use.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from licenseiq.readings import Source
from licenseiq.times import iso, parse_iso
from licenseiq_tenant.snapshot import exclusions
from licenseiq_tenant.snapshot.lease import Lease

_TABLES = {
    Source.USERS: ("person", "assignment"),
    Source.GROUPS: ("licensing_group", "group_member", "excluded_group", "excluded_member"),
}


@dataclass(frozen=True, slots=True)
class Base:
    """A generation of a source, read and in use, and the link to what changed since. `whole_at` is when the source
    was last read whole; `unreadable` and `unchecked` are as in its reading."""

    generation: int
    link: str
    whole_at: datetime
    unreadable: int
    unchecked: bool


class CarryOver:
    """For one tenant, for as long as the lease is held. Blocking: call it off the event loop."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._database = lease.database
        self._tenant = lease.tenant_id

    def base(self, source: Source) -> Base | None:
        """What the next reading can start from; None where it has to be whole."""
        with self._database.read() as db:
            row = db.exec_driver_sql(
                "SELECT d.generation_id, d.link, d.whole_at, r.unreadable, r.unchecked FROM delta_link d "
                "JOIN pointer p USING (tenant_id, source, generation_id) "
                "JOIN reading r USING (tenant_id, source, generation_id) "
                "WHERE d.tenant_id = ? AND d.source = ? AND r.reason IS NULL",
                (self._tenant, source.value),
            ).first()
        return None if row is None else Base(int(row[0]), row[1], parse_iso(row[2]), int(row[3]), bool(row[4]))

    def keep_link(self, source: Source, generation: int, link: str | None, whole_at: datetime) -> None:
        """Kept before the generation is published: until then the link's generation is not the newest one."""
        with self._database.write() as db:
            self._lease.check(db)
            db.exec_driver_sql(
                "DELETE FROM delta_link WHERE tenant_id = ? AND source = ?", (self._tenant, source.value)
            )
            if link is not None:
                db.exec_driver_sql(
                    "INSERT INTO delta_link VALUES (?, ?, ?, ?, ?)",
                    (self._tenant, source.value, generation, link, iso(whole_at)),
                )

    def copy(self, source: Source, old: int, new: int, without: Collection[str] = ()) -> None:
        """Copies the rows of a source from one generation to another, except those of these ids."""
        with self._database.write() as db:
            self._lease.check(db)
            for table in _TABLES[source]:
                columns = list(db.exec_driver_sql(f"SELECT * FROM {table} WHERE 1 = 0").keys())[2:]  # noqa: S608
                names = ", ".join(columns)
                db.exec_driver_sql(
                    f"INSERT INTO {table} (tenant_id, generation_id, {names}) "  # noqa: S608 - names of our tables
                    f"SELECT tenant_id, ?, {names} FROM {table} WHERE tenant_id = ? AND generation_id = ?",
                    (new, self._tenant, old),
                )
                if gone := [(self._tenant, new, one) for one in without]:
                    db.exec_driver_sql(
                        f"DELETE FROM {table} WHERE tenant_id = ? AND generation_id = ? AND {columns[0]} = ?",  # noqa: S608
                        gone,
                    )

    def drop(self, source: Source, generation: int) -> None:
        """Takes back what was put into a generation that is being built."""
        with self._database.write() as db:
            self._lease.check(db)
            for table in _TABLES[source]:
                db.exec_driver_sql(
                    f"DELETE FROM {table} WHERE tenant_id = ? AND generation_id = ?",  # noqa: S608
                    (self._tenant, generation),
                )

    def settled_groups(self, generation: int) -> frozenset[str] | None:
        """The groups that give licences in a generation; None while Graph is still handing out for one of them."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT group_id, processing_state FROM licensing_group WHERE tenant_id = ? AND generation_id = ?",
                (self._tenant, generation),
            ).all()
        if any(state not in (None, "ProcessingComplete") for _, state in found):
            return None
        return frozenset(str(group_id) for group_id, _ in found)

    def excluded_groups(self, generation: int, wanted: frozenset[str]) -> frozenset[str] | None:
        """The groups that a policy excludes, with those inside them; None where one was not read whole in a generation,
        or not at all."""
        with self._database.read() as db:
            found = exclusions.groups_of(db, self._tenant, generation)
        if any(group_id not in found or not found[group_id][0] for group_id in wanted):
            return None
        return wanted.union(*(found[group_id][1] for group_id in wanted))
