"""Building a lane's generation aside, and publishing it. Every write here needs the scan's lease.

Publishing moves a source's pointer in one transaction. A source that failed for a passing reason (throttled,
unreachable, signed out …) keeps the generation before, whose age is told; a lasting one (no permission, no premium,
concealed names …) replaces it, because the answer has become "unknown".
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.people import Person
from licenseiq.readings import Reading, Reason, Source
from licenseiq.seats import SeatLine, Subscription
from licenseiq.times import iso
from licenseiq.usage import AppUse, Drive, LastUse, Mailbox, ProductUse, SignIn
from licenseiq_tenant.lanes.excluded import ExcludedGroup
from licenseiq_tenant.lanes.groups import LicensingGroup
from licenseiq_tenant.lanes.roles import RoleHolder
from licenseiq_tenant.snapshot import exclusions, rows
from licenseiq_tenant.snapshot.forgetting import forget_generation
from licenseiq_tenant.snapshot.lease import Lease
from licenseiq_tenant.snapshot.tables import ROLE_TABLES, USAGE_TABLES

if TYPE_CHECKING:
    from sqlalchemy import Connection

LASTING = frozenset(
    {
        Reason.NO_PERMISSION,
        Reason.NO_MEMBERS,
        Reason.NO_PREMIUM,
        Reason.CONCEALED,
        Reason.EMPTY,
        Reason.NOT_OFFERED,
        Reason.NOT_YET,
    }
)
Use = ProductUse | AppUse | Mailbox | Drive | LastUse


class Generations:
    """Writes generations of one tenant, for as long as the lease is held. Blocking: call it off the event loop.

    What adds a whole source tells how many rows are stored of it: Graph may give one more than once.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._database = lease.database
        self._tenant = lease.tenant_id

    def begin(self, lane: str, now: datetime) -> int:
        """A new, empty generation."""
        with self._database.write() as db:
            self._lease.check(db)
            number = int(
                db.exec_driver_sql(
                    "SELECT COALESCE(MAX(generation_id), 0) + 1 FROM generation WHERE tenant_id = ?", (self._tenant,)
                ).scalar()
                or 1
            )
            db.exec_driver_sql(
                "INSERT INTO generation (tenant_id, generation_id, lane, state, started_at) "
                "VALUES (?, ?, ?, 'building', ?)",
                (self._tenant, number, lane, iso(now)),
            )
        return number

    def unfinished(self, lane: str, since: datetime) -> tuple[int, str] | None:
        """A generation that was begun at or after `since` and left with a checkpoint: its number and checkpoint."""
        with self._database.read() as db:
            row = db.exec_driver_sql(
                "SELECT generation_id, checkpoint FROM generation WHERE tenant_id = ? AND lane = ? "
                "AND state = 'building' AND checkpoint IS NOT NULL AND started_at >= ? ORDER BY generation_id DESC",
                (self._tenant, lane, iso(since)),
            ).first()
        return None if row is None else (int(row[0]), str(row[1]))

    def add_people(self, generation: int, people: Sequence[Person]) -> None:
        """One page. Whoever was on a page before is taken from this one, whole."""
        key = (self._tenant, generation)
        once = {person.user_id: person for person in people}.values()
        assigned = [row for person in once for row in rows.assignment_rows(key, person)]
        with self._database.write() as db:
            self._lease.check(db)
            if once:
                db.exec_driver_sql(
                    "DELETE FROM assignment WHERE tenant_id = ? AND generation_id = ? AND user_id = ?",
                    [(*key, person.user_id) for person in once],
                )
            _insert(db, "person", [rows.person_row(key, person) for person in once])
            _insert(db, "assignment", assigned)

    def add_groups(self, generation: int, groups: Sequence[LicensingGroup]) -> None:
        """With the members of those whose members are known."""
        key = (self._tenant, generation)
        with self._database.write() as db:
            self._lease.check(db)
            _insert(db, "licensing_group", [rows.group_row(key, group) for group in groups])
            _insert(db, "group_member", [(*key, g.group_id, who) for g in groups for who in g.members or ()])

    def add_excluded(self, generation: int, groups: Sequence[ExcludedGroup]) -> None:
        """The groups that the policy excludes, with their members."""
        with self._database.write() as db:
            self._lease.check(db)
            exclusions.store(db, (self._tenant, generation), groups)

    def add_role_holders(self, generation: int, source: Source, holders: Sequence[RoleHolder]) -> int:
        """`source` is ROLES or ELIGIBLE_ROLES."""
        found = [(self._tenant, generation, h.principal_id, h.role_name) for h in holders]
        return self._insert(generation, ROLE_TABLES[source], found)

    def add_organization(self, generation: int, country: str | None) -> int:
        return self._insert(generation, "organization", [(self._tenant, generation, country)])

    def add_seat_lines(self, generation: int, lines: Sequence[SeatLine]) -> int:
        found = [rows.seat_line_row((self._tenant, generation), line) for line in lines]
        return self._insert(generation, "seat_line", found)

    def add_subscriptions(self, generation: int, bought: Sequence[Subscription]) -> int:
        found = [rows.subscription_row((self._tenant, generation), one) for one in bought]
        return self._insert(generation, "subscription", found)

    def add_usage(self, generation: int, source: Source, uses: Sequence[tuple[str, Use]]) -> int:
        """`uses` by principal name in lower case."""
        found = [rows.usage_row((self._tenant, generation), who, use) for who, use in uses]
        return self._insert(generation, USAGE_TABLES[source], found)

    def add_sign_ins(
        self, generation: int, found: Sequence[tuple[str, SignIn]], unreadable: int, checkpoint: str | None
    ) -> None:
        """One page, how many of its items made no sense, and where the next one starts, in one transaction."""
        key = (self._tenant, generation)
        with self._database.write() as db:
            self._lease.check(db)
            if page := [rows.sign_in_row(key, user_id, seen) for user_id, seen in found]:
                db.exec_driver_sql("INSERT OR REPLACE INTO sign_in VALUES (?, ?, ?, ?, ?, ?)", page)
            db.exec_driver_sql(
                "UPDATE generation SET checkpoint = ?, unreadable = unreadable + ? "
                "WHERE tenant_id = ? AND generation_id = ?",
                (checkpoint, unreadable, *key),
            )

    def add_managers(self, generation: int, bosses: Mapping[str, str | None]) -> None:
        """The id of the manager by the user's; those without one are not stored."""
        found = [(self._tenant, generation, who, boss) for who, boss in bosses.items() if boss is not None]
        self._insert(generation, "manager", found)

    def unreadable(self, generation: int) -> int:
        """What made no sense in a generation that is being built, in this process and in those before."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT unreadable FROM generation WHERE tenant_id = ? AND generation_id = ?",
                (self._tenant, generation),
            ).scalar()
        return int(found or 0)

    def without_sign_in(self, generation: int) -> tuple[int, int]:
        """How many people of the newest reading of users are not in this generation's sign-ins, of how many."""
        with self._database.read() as db:
            row = db.exec_driver_sql(
                "SELECT COUNT(*), COUNT(s.user_id) FROM pointer n "
                "JOIN person p ON p.tenant_id = n.tenant_id AND p.generation_id = n.generation_id "
                "LEFT JOIN sign_in s ON s.tenant_id = p.tenant_id AND s.generation_id = ? AND s.user_id = p.user_id "
                "WHERE n.tenant_id = ? AND n.source = ?",
                (generation, self._tenant, Source.USERS.value),
            ).one()
        return int(row[0]) - int(row[1]), int(row[0])

    def people(self) -> int | None:
        """How many people the newest reading of users holds; None where they were not read."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT COUNT(*) FROM pointer n JOIN person p USING (tenant_id, generation_id) "
                "WHERE n.tenant_id = ? AND n.source = ?",
                (self._tenant, Source.USERS.value),
            ).scalar()
        return int(found) if found else None

    def count(self, generation: int, table: str) -> int:
        """How many rows of a generation a table holds."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                f"SELECT COUNT(*) FROM {table} WHERE tenant_id = ? AND generation_id = ?",  # noqa: S608 - our table
                (self._tenant, generation),
            ).scalar()
        return int(found or 0)

    def publish(self, generation: int, readings: Iterable[Reading]) -> None:
        """Makes the generation the newest one of its sources, as the module's rule says."""
        with self._database.write() as db:
            self._lease.check(db)
            for reading in readings:
                at = iso(reading.as_of or self._lease.clock())
                source, reason = reading.source.value, None if reading.reason is None else reading.reason.value
                db.exec_driver_sql(
                    "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(self._tenant, generation, source, reason, at),
                        *(reading.rows, reading.unreadable_rows, reading.unchecked),
                    ),
                )
                db.exec_driver_sql(
                    "INSERT OR REPLACE INTO last_try VALUES (?, ?, ?, ?)", (self._tenant, source, at, reason)
                )
                passing = reading.reason is not None and reading.reason not in LASTING
                # A passing failure keeps what was read before; it takes the place of nothing and of failures only.
                condition = (
                    " WHERE NOT EXISTS (SELECT 1 FROM pointer p JOIN reading r USING (tenant_id, generation_id, source)"
                    " WHERE p.tenant_id = ? AND p.source = ? AND r.reason IS NULL)"
                    if passing
                    else ""
                )
                db.exec_driver_sql(
                    f"INSERT OR REPLACE INTO pointer SELECT ?, ?, ?{condition}",
                    (self._tenant, source, generation, *((self._tenant, source) if passing else ())),
                )
            db.exec_driver_sql(
                "UPDATE generation SET state = 'published', checkpoint = NULL "
                "WHERE tenant_id = ? AND generation_id = ?",
                (self._tenant, generation),
            )

    def note_failure(self, source: Source, reason: Reason, now: datetime) -> None:
        """Keeps that the newest try failed; what was read so far stays, to go on from."""
        with self._database.write() as db:
            self._lease.check(db)
            db.exec_driver_sql(
                "INSERT OR REPLACE INTO last_try VALUES (?, ?, ?, ?)",
                (self._tenant, source.value, iso(now), reason.value),
            )

    def drop(self, generation: int) -> None:
        """Forgets a generation that was not published."""
        with self._database.write() as db:
            self._lease.check(db)
            forget_generation(db, self._tenant, generation)

    def _insert(self, generation: int, table: str, found: list[rows.Row]) -> int:
        if not found:
            return 0
        with self._database.write() as db:
            self._lease.check(db)
            _insert(db, table, found)
        return self.count(generation, table)


def _insert(db: "Connection", table: str, found: list[rows.Row]) -> None:
    if found:
        marks = ", ".join("?" * len(found[0]))
        db.exec_driver_sql(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", found)  # noqa: S608
