"""The journal of one run: intents before effects, outcomes after read-backs, each with its ledger entry."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Step
from licenseiq.proposals.states import Outcome, RunState
from licenseiq.proposals.steps import Account
from licenseiq.steps.kind import Told
from licenseiq.times import iso, parse_iso
from licenseiq_desk.execution import control
from licenseiq_desk.execution.lease import Lease
from licenseiq_desk.execution.reading import read_account, reading
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.sealing import NONCE_BYTES, seal, unseal

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Under this name it is kept line by line what became of a step.
TOLD = "told"
# An effect that was answered so did not happen. Every other intent may have.
NOT_DONE = frozenset({"waits", "refused", "forbidden"})


@dataclass(frozen=True, slots=True)
class Intent:
    """One recorded sending: `before` is the account as it was read then, `answer` None while nothing is known. `call`
    is the keyed digest of what was sent, '' where a step is one call."""

    send: int
    at: datetime
    before: Account
    answer: str | None
    call: str = ""

    @property
    def may_have_happened(self) -> bool:
        return self.answer not in NOT_DONE


@dataclass(frozen=True, slots=True)
class Journal:
    lease: Lease
    proposal_id: str
    level: str

    def outcomes(self) -> dict[int, Outcome]:
        with self.lease.store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT number, outcome FROM outcome WHERE tenant_id = ? AND run_id = ?", self._run
            )
            return {int(row[0]): Outcome(row[1]) for row in rows}

    def wishes(self) -> tuple[bool, bool]:
        """Whether somebody wants the run to rest, and to end."""
        with self.lease.store.database.read() as db:
            return control.wishes(db, *self._run)

    def intents(self, step: Step) -> tuple[Intent, ...]:
        """Every sending of a step's effect that was begun, oldest first."""
        with self.lease.store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT send, at, nonce, before_reading, answer, call FROM intent "
                "WHERE tenant_id = ? AND run_id = ? AND number = ? ORDER BY send",
                (*self._run, step.number),
            ).all()
        if not rows:
            return ()
        key = self._key(step)
        return tuple(
            Intent(
                int(send),
                parse_iso(at),
                read_account(unseal(key, as_bytes(nonce), self._place(step, int(send)), as_bytes(sealed))),
                answer,
                call,
            )
            for send, at, nonce, sealed, answer, call in rows
        )

    def intend(self, step: Step, opening: Opening, before: Account, call: str = "") -> int:
        """Records that the effect is about to be sent, flushed, and returns the number of the sending."""
        value = reading(before)
        nonce = self.lease.around.random(NONCE_BYTES)
        key, now = self._key(step), self.lease.around.now()
        with self.lease.write() as db:
            send = 1 + int(
                db.exec_driver_sql(
                    "SELECT COUNT(*) FROM intent WHERE tenant_id = ? AND run_id = ? AND number = ?",
                    (*self._run, step.number),
                ).scalar_one()
            )
            sealed = seal(key, nonce, self._place(step, send), value)
            db.exec_driver_sql(
                "INSERT INTO intent "
                "(tenant_id, run_id, number, send, at, fence, nonce, before_reading, answer, call) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
                (*self._run, step.number, send, iso(now), self.lease.fence, nonce, sealed, call),
            )
            committed = hmac.digest(
                opening.seed, canonical(["before", self.lease.run_id, step.number, send, value]), "sha256"
            )
            body = self._body(step) | {"send": send, "before": committed.hex()} | ({"call": call} if call else {})
            self._append(Kind.INTENT, body, now, db)
        return send

    def answer(self, step: Step, send: int, answer: str) -> None:
        """Notes how the tenant answered: 'sent', 'uncertain', 'waits', 'refused' or 'forbidden'."""
        with self.lease.write() as db:
            db.exec_driver_sql(
                "UPDATE intent SET answer = ? WHERE tenant_id = ? AND run_id = ? AND number = ? AND send = ?",
                (answer, *self._run, step.number, send),
            )

    def keep(self, step: Step, name: str, value: Json) -> None:
        """Keeps something of a step, sealed; the last of a name counts."""
        with self.lease.write() as db:
            self._keep(step, name, value, db)

    def kept(self, step: Step) -> dict[str, Json]:
        """What is kept of a step, by name."""
        return kept_of(self.lease.store, *self._run, step.number, self._key(step))

    def close(self, step: Step, outcome: Outcome, note: str, told: tuple[Told, ...] = ()) -> None:
        """Records what became of a step. A second outcome is refused by the key."""
        now = self.lease.around.now()
        with self.lease.write() as db:
            db.exec_driver_sql(
                "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*self._run, step.number, outcome.value, note, iso(now), self.lease.fence),
            )
            db.exec_driver_sql(
                "DELETE FROM waiting_step WHERE tenant_id = ? AND run_id = ? AND number = ?", (*self._run, step.number)
            )
            if told:
                self._keep(step, TOLD, [one.to_json() for one in told], db)
            self._append(Kind.OUTCOME, self._body(step) | {"outcome": outcome.value, "note": note}, now, db)

    def wait(self, step: Step, note: str) -> None:
        """Notes what a step waits for, for whoever looks; it says so until the step has its outcome."""
        with self.lease.write() as db:
            place = (*self._run, step.number)
            db.exec_driver_sql(
                "DELETE FROM waiting_step WHERE tenant_id = ? AND run_id = ? AND number = ? AND note <> ?",
                (*place, note),
            )
            db.exec_driver_sql(
                "INSERT INTO waiting_step (tenant_id, run_id, number, note, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (tenant_id, run_id, number) DO NOTHING",
                (*place, note, iso(self.lease.around.now())),
            )

    def leave(self, then: RunState, seconds: float | None = None) -> None:
        """The run waits or is paused; somebody takes it up again, not before `seconds` have passed."""
        with self.lease.write() as db:
            self.lease.leave(db, then, next_in=seconds)

    def end(self, then: RunState, undone: Sequence[int] = ()) -> None:
        """The run's end; `undone` are steps that read back as true and do not hold any more."""
        now = self.lease.around.now()
        body: dict[str, Json] = {"run": self.lease.run_id, "state": then.value}
        if undone:
            body["undone"] = list(undone)
        with self.lease.write() as db:
            self.lease.leave(db, then, ended=True)
            self._append(Kind.RUN_ENDED, body, now, db)

    @property
    def _run(self) -> tuple[str, str]:
        return self.lease.tenant_id, self.lease.run_id

    def _keep(self, step: Step, name: str, value: Json, db: "Connection") -> None:
        nonce, place = self.lease.around.random(NONCE_BYTES), (*self._run, step.number, name)
        sealed = seal(self._key(step), nonce, _kept_place(*place), value)
        db.exec_driver_sql(
            "DELETE FROM kept_of_step WHERE tenant_id = ? AND run_id = ? AND number = ? AND name = ?", place
        )
        db.exec_driver_sql(
            "INSERT INTO kept_of_step (tenant_id, run_id, number, name, nonce, sealed) VALUES (?, ?, ?, ?, ?, ?)",
            (*place, nonce, sealed),
        )

    def _place(self, step: Step, send: int) -> tuple[str, ...]:
        return (*self._run, str(step.number), str(send))

    def _key(self, step: Step) -> bytes:
        key = self.lease.store.keys.find(self.lease.tenant_id, self.proposal_id, step.subject)
        if key is None:
            raise Tampered("The key of a plan's person is gone.", "The person was erased; make a new proposal.")
        return key

    def _body(self, step: Step) -> dict[str, Json]:
        return {"run": self.lease.run_id, "step": step.number, "kind": step.kind.value, "subject": step.subject}

    def _append(self, kind: Kind, body: dict[str, Json], now: datetime, db: "Connection") -> None:
        self.lease.store.ledger.append(db, self.lease.tenant_id, now, kind, body, self.level)


def kept_of(store: DeskStore, tenant_id: str, run_id: str, number: int, key: bytes) -> dict[str, Json]:
    """What is kept of one step of a run, by name. Raises Tampered."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT name, nonce, sealed FROM kept_of_step WHERE tenant_id = ? AND run_id = ? AND number = ?",
            (tenant_id, run_id, number),
        ).all()
    return {
        str(name): unseal(key, as_bytes(nonce), _kept_place(tenant_id, run_id, number, str(name)), as_bytes(sealed))
        for name, nonce, sealed in rows
    }


def _kept_place(tenant_id: str, run_id: str, number: int, name: str) -> tuple[str, ...]:
    return tenant_id, run_id, str(number), "kept", name
