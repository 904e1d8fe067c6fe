"""What is left of leavers, as stored: a row for each source and person, with the time at which it was read.

Not everybody is read in one scan. A generation begins with what was read before, so that an answer always says of when
it is, and is filled up person by person; where that stops, the next scan goes on with the same generation.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.context import Context
from licenseiq.left_seen import LeftSeen
from licenseiq.readings import OF_LEAVERS, Reason, Source
from licenseiq.times import iso, parse_iso
from licenseiq_tenant.snapshot.lease import Lease

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_COLUMNS = "source, user_id, read_at, reason, found, outside, valid_from"
# A generation of this lane can be gone on with from the moment of its beginning.
STARTED = "started"


class LeaverRows:
    """For one tenant, for as long as the lease is held. Blocking: call it off the event loop."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._database = lease.database
        self._tenant = lease.tenant_id

    def begin(self, generation: int, sources: Collection[Source], leavers: frozenset[str]) -> None:
        """Fills a new generation with what is used now of these sources and people, and marks it to be gone on with."""
        with self._database.write() as db:
            self._lease.check(db)
            for source in sources:
                db.exec_driver_sql(
                    f"INSERT INTO left_over (tenant_id, generation_id, {_COLUMNS}) "  # noqa: S608 - our columns
                    "SELECT l.tenant_id, ?, l.source, l.user_id, l.read_at, l.reason, l.found, l.outside, l.valid_from "
                    "FROM left_over l JOIN pointer p ON p.tenant_id = l.tenant_id AND p.source = l.source "
                    "AND p.generation_id = l.generation_id WHERE l.tenant_id = ? AND l.source = ?",
                    (generation, self._tenant, source.value),
                )
            known = db.exec_driver_sql(
                "SELECT DISTINCT user_id FROM left_over WHERE tenant_id = ? AND generation_id = ?",
                (self._tenant, generation),
            ).scalars()
            if gone := [(self._tenant, generation, who) for who in known if who not in leavers]:
                db.exec_driver_sql(
                    "DELETE FROM left_over WHERE tenant_id = ? AND generation_id = ? AND user_id = ?", gone
                )
            db.exec_driver_sql(
                "UPDATE generation SET checkpoint = ? WHERE tenant_id = ? AND generation_id = ?",
                (STARTED, self._tenant, generation),
            )

    def add(self, generation: int, found: Sequence[tuple[str, LeftSeen]]) -> None:
        """What was read of some people, by their ids."""
        rows = [
            (
                *(self._tenant, generation, one.source.value, who, iso(one.at)),
                None if one.reason is None else one.reason.value,
                *(one.found, one.outside, None if one.valid_from is None else iso(one.valid_from)),
            )
            for who, one in found
        ]
        with self._database.write() as db:
            self._lease.check(db)
            if rows:
                db.exec_driver_sql("INSERT OR REPLACE INTO left_over VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def known(self) -> frozenset[str]:
        """Everybody of whom something was asked, whatever came of it, as it is used now."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT DISTINCT l.user_id FROM left_over l JOIN pointer p ON p.tenant_id = l.tenant_id "
                "AND p.source = l.source AND p.generation_id = l.generation_id WHERE l.tenant_id = ?",
                (self._tenant,),
            ).scalars()
            return frozenset(map(str, found))

    def read_at(self, generation: int) -> dict[tuple[Source, str], datetime]:
        """When each source was last read of each person, in this generation."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT source, user_id, read_at FROM left_over WHERE tenant_id = ? AND generation_id = ?",
                (self._tenant, generation),
            ).all()
        return {(Source(source), who): parse_iso(at) for source, who, at in found}

    def count(self, generation: int, source: Source, since: datetime | None = None) -> int:
        """Of how many people a source was read, at `since` or later."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT COUNT(*) FROM left_over WHERE tenant_id = ? AND generation_id = ? AND source = ? "
                "AND reason IS NULL AND read_at >= ?",
                (self._tenant, generation, source.value, "" if since is None else iso(since)),
            ).scalar()
        return int(found or 0)


def left_of(
    db: "Connection", ground: Context, generations: "Mapping[Source, int]", ids: Iterable[str] | None
) -> dict[str, tuple[LeftSeen, ...]]:
    """What was read of each leaver; `ids` narrow it, None does not. A source that could not be read gives nothing."""
    found: dict[str, list[LeftSeen]] = {}
    wanted = None if ids is None else tuple(ids)
    narrowed = "" if wanted is None else f" AND user_id IN ({', '.join('?' * len(wanted))})"
    for source in OF_LEAVERS:
        if source not in generations or not ground.is_read(source):
            continue
        rows = db.exec_driver_sql(
            f"SELECT {_COLUMNS} FROM left_over "  # noqa: S608 - our columns, and question marks
            f"WHERE tenant_id = ? AND generation_id = ? AND source = ?{narrowed}",
            (ground.tenant_id, generations[source], source.value, *(wanted or ())),
        )
        for _, who, at, reason, number, outside, valid_from in rows:
            seen = LeftSeen(
                source,
                parse_iso(at),
                None if reason is None else Reason(reason),
                int(number),
                outside,
                None if valid_from is None else parse_iso(valid_from),
            )
            found.setdefault(who, []).append(seen)
    return {who: tuple(seen) for who, seen in found.items()}
