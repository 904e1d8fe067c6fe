"""The exceptions that the customer has made from findings of one tenant, and each change of them."""

import json
import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from licenseiq.exception_changes import ExceptionChange, What, account_commitment, commitments_of, kind_of
from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq.proposals.commitments import SEED_BYTES
from licenseiq.times import iso, parse_iso
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection


class ExceptionBook:
    """Blocking: call it off the event loop. One that has run out stays until it is removed or made anew."""

    def __init__(
        self, database: Database, tenant_id: str, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._database = database
        self._tenant = tenant_id
        self._random = random

    def current(self) -> dict[str, Exception_]:
        """All of them by the id of their finding, in the order of these ids."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT finding_id, state, owner, reason, until FROM exception WHERE tenant_id = ? ORDER BY finding_id",
                (self._tenant,),
            ).all()
        return {row[0]: Exception_(ExceptionState(row[1]), row[2], row[3], date.fromisoformat(row[4])) for row in found}

    def keep(self, finding_id: str, exception: Exception_, now: datetime, account: str) -> None:
        """Adds an exception, in place of one that the finding has. `account` is the operating system's."""
        with self._database.write() as db:
            self._end(db, finding_id, now, account)
            seed = self._random(SEED_BYTES)
            commitments = commitments_of(finding_id, exception, seed)
            change = self._note(
                db, What.MADE, kind_of(finding_id), exception.state, exception.until, None, commitments, now, account
            )
            db.exec_driver_sql(
                "INSERT INTO exception (tenant_id, finding_id, state, owner, reason, until, added_on, seed, "
                "made_by_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(self._tenant, finding_id, exception.state.value, exception.owner, exception.reason),
                    *(exception.until.isoformat(), now.date().isoformat(), seed, change),
                ),
            )

    def remove(self, finding_id: str, now: datetime, account: str) -> bool:
        """Ends an exception; says whether there was one."""
        with self._database.write() as db:
            return self._end(db, finding_id, now, account)

    def changes(self, after: int = 0) -> tuple[ExceptionChange, ...]:
        """The changes of a higher number than `after`, in order."""
        with self._database.read() as db:
            return changes_in(db, self._tenant, after)

    def _end(self, db: "Connection", finding_id: str, now: datetime, account: str) -> bool:
        place = (self._tenant, finding_id)
        row = db.exec_driver_sql(
            "SELECT state, until, made_by_change FROM exception WHERE tenant_id = ? AND finding_id = ?", place
        ).first()
        if row is None:
            return False
        state, until = ExceptionState(row[0]), date.fromisoformat(row[1])
        self._note(db, What.ENDED, kind_of(finding_id), state, until, row[2], {}, now, account)
        db.exec_driver_sql("DELETE FROM exception WHERE tenant_id = ? AND finding_id = ?", place)
        return True

    def _note(
        self,
        db: "Connection",
        what: What,
        kind: str,
        state: ExceptionState,
        until: date,
        ends: int | None,
        commitments: dict[str, str],
        now: datetime,
        account: str,
    ) -> int:
        """Adds a change; its number."""
        last = db.exec_driver_sql(
            "SELECT COALESCE(MAX(number), 0) FROM exception_change WHERE tenant_id = ?", (self._tenant,)
        ).scalar()
        number, seed = int(last or 0) + 1, self._random(SEED_BYTES)
        told = json.dumps({**commitments, **account_commitment(account, seed)}, sort_keys=True)
        db.exec_driver_sql(
            "INSERT INTO exception_change (tenant_id, number, at, what, kind, state, until, ends, commitments, "
            "account, account_seed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(self._tenant, number, iso(now), what.value, kind, state.value, until.isoformat(), ends),
                *(told, account, seed),
            ),
        )
        return number


def changes_in(db: "Connection", tenant_id: str, after: int) -> tuple[ExceptionChange, ...]:
    """The changes of a tenant of a higher number than `after`, in order, from an open book."""
    rows = db.exec_driver_sql(
        "SELECT number, at, what, kind, state, until, ends, commitments FROM exception_change "
        "WHERE tenant_id = ? AND number > ? ORDER BY number",
        (tenant_id, after),
    )
    return tuple(
        ExceptionChange(
            number=row[0],
            at=parse_iso(row[1]),
            what=What(row[2]),
            kind=row[3],
            state=row[4],
            until=date.fromisoformat(row[5]),
            ends=row[6],
            commitments=json.loads(row[7]),
        )
        for row in rows
    )


def differences_in(db: "Connection", tenant_id: str) -> int:
    """How many exceptions of an open book are not what its changes tell of: text or end are others, nobody made them by
    the command, or they are gone without an end."""
    changes = changes_in(db, tenant_id, 0)
    ended = {one.ends for one in changes if one.what is What.ENDED}
    told = {one.number: one for one in changes if one.what is What.MADE and one.number not in ended}
    rows = db.exec_driver_sql(
        "SELECT finding_id, state, owner, reason, until, seed, made_by_change FROM exception WHERE tenant_id = ?",
        (tenant_id,),
    )
    wrong = 0
    for finding_id, state, owner, reason, until, seed, number in rows:
        change = told.pop(number, None)
        made = Exception_(ExceptionState(state), owner, reason, date.fromisoformat(until))
        wrong += change is None or not _is_told_by(change, finding_id, made, bytes(seed))
    return wrong + len(told)


def _is_told_by(change: ExceptionChange, finding_id: str, made: Exception_, seed: bytes) -> bool:
    plain = (change.kind, change.state, change.until) == (kind_of(finding_id), made.state, made.until)
    return plain and commitments_of(finding_id, made, seed).items() <= change.commitments.items()
