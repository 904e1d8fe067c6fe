"""Letting somebody in as an approver: the real door of the desk, closed unless it was opened a moment ago.

The terminal opens it for the first approver, an approver's passkey for every later one. What opens it is a code of one
use that lives ten minutes in memory; it is used up before anything else is looked at.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.errors import BadRequest, Refused
from licenseiq.proposals.canonical import Json, canonical, digest
from licenseiq.text import clean
from licenseiq_desk.approval import approvers
from licenseiq_desk.approval.approvers import BOOTSTRAP, Enrolled
from licenseiq_desk.approval.passkeys import (
    RelyingParty,
    asserted,
    authentication_options,
    registered,
    registration_options,
)
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

OPEN_FOR = timedelta(minutes=10)
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An open door: who may come in, how, and until when. `is_further`: an approver adds another key of their own."""

    code: str
    tenant_id: str
    approver_id: str
    name: str
    account: str
    enrolled: str
    until: datetime
    is_further: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A passkey was asked to open the door for `name`."""

    approver_id: str
    name: str
    challenge: bytes
    until: datetime


def _named(name: str) -> str:
    """The name, cleaned. Raises BadRequest."""
    shown = clean(name).text
    if not shown or len(shown) > _LONGEST_NAME:
        raise BadRequest("An approver needs a name of 1 to 80 characters.", "Say who it is.")
    return shown


@dataclass
class Enrolments:
    """The doors that are open, in memory: none of them survives the process."""

    store: DeskStore
    party: RelyingParty
    around: Surroundings
    _open: dict[str, Enrolment] = field(default_factory=dict)
    _challenges: dict[str, bytes] = field(default_factory=dict)
    _asked: dict[str, _Asked] = field(default_factory=dict)

    def open(self, tenant_id: str, name: str, account: str, by: str | None = None) -> Enrolment:
        """Opens the door once. `by` is the approver whose passkey has just allowed it; None: the terminal, which may
        let in the first approver only. An approver's own name opens it for a further key of theirs, so that one person
        with two keys stays one. Raises BadRequest and Refused."""
        shown = _named(name)
        with self.store.database.read() as db:
            there = approvers.active(db, tenant_id)
            if by is None and there:
                raise Refused(
                    "There is an approver already, and approvers enrol the next one with their passkey.",
                    "Open the desk's page 'Approvers'.",
                )
            if by is not None:
                approvers.one(db, tenant_id, by)
        same = next((one for one in there if one.name.casefold() == shown.casefold()), None)
        if same is not None and same.approver_id != by:
            raise Refused(
                "There is an approver of that name already.",
                "Tell two people apart by their names; a further key is allowed by the approver whose it is.",
            )
        found = Enrolment(
            code=self.around.random(16).hex(),
            tenant_id=tenant_id,
            approver_id=same.approver_id if same is not None else self.around.new_id("who"),
            name=shown,
            account=account,
            enrolled=BOOTSTRAP if by is None else f"by {by}",
            until=self.around.now() + OPEN_FOR,
            is_further=same is not None,
        )
        self._open = {code: one for code, one in self._open.items() if one.until > self.around.now()}
        self._open[found.code] = found
        return found

    def ask(self, tenant_id: str, approver_id: str, name: str) -> dict[str, Json]:
        """Asks an approver's passkey to open the door for somebody: the ticket, and what the browser is given. Raises
        NotFound, Refused and BadRequest."""
        with self.store.database.read() as db:
            approvers.one(db, tenant_id, approver_id)
            keys = approvers.keys_of(db, tenant_id, approver_id)
        _named(name)
        ticket = self.around.random(16).hex()
        nonce = self.around.random(32).hex()
        until = self.around.now() + OPEN_FOR
        # What is signed says what for: it can be no approval of a plan.
        signed = digest(canonical(["licenseiq.enrolment/1", tenant_id, approver_id, name, nonce]))
        self._asked[ticket] = _Asked(approver_id, name, bytes.fromhex(signed), until)
        return {"ticket": ticket, "options": authentication_options(self.party, bytes.fromhex(signed), keys)}

    def open_by_passkey(self, tenant_id: str, ticket: str, credential: Mapping[str, object]) -> Enrolment:
        """Opens the door when the passkey's answer allows it. The ticket is used up either way. Raises Refused."""
        asked = self._asked.pop(ticket, None)
        if asked is None or asked.until <= self.around.now():
            raise self._refused(tenant_id, "no such ticket")
        with self.store.database.read() as db:
            approvers.one(db, tenant_id, asked.approver_id)
            keys = approvers.keys_of(db, tenant_id, asked.approver_id)
        try:
            found = asserted(credential, self.party, asked.challenge, keys)
        except Refused:
            approvers.attempt(self.store, tenant_id, "the passkey's answer does not allow it", self.around.now())
            raise
        approvers.count_use(self.store, tenant_id, found.credential_id, found.sign_count)
        return self.open(tenant_id, asked.name, "", asked.approver_id)

    def options(self, tenant_id: str, code: str) -> dict[str, Json]:
        """What the browser is asked to make. The code stays good until an answer comes. Raises Refused."""
        found = self._find(tenant_id, code)
        challenge = self.around.random(32)
        self._challenges[found.code] = challenge
        with self.store.database.read() as db:
            known = tuple(
                key
                for who in approvers.active(db, tenant_id)
                for key in approvers.keys_of(db, tenant_id, who.approver_id)
            )
        return registration_options(self.party, found.approver_id, found.name, challenge, known)

    def enrol(self, tenant_id: str, code: str, credential: Mapping[str, object]) -> Enrolled:
        """Lets in whoever holds the code and has made the key. Raises Refused; the code is used up either way."""
        found = self._find(tenant_id, code)
        self._open.pop(found.code, None)
        challenge = self._challenges.pop(found.code, None)
        if challenge is None:
            raise self._refused(tenant_id, "no challenge")
        try:
            key = registered(credential, self.party, challenge, found.approver_id)
        except Refused:
            approvers.attempt(self.store, tenant_id, "the browser's answer does not verify", self.around.now())
            raise
        who = Enrolled(found.approver_id, found.name, found.account, found.enrolled, self.around.now(), None)
        salt = self.around.random(16)
        if found.is_further:
            return approvers.add_key(self.store, tenant_id, who, key, salt)
        approvers.add(self.store, tenant_id, who, key, salt)
        return who

    def _find(self, tenant_id: str, code: str) -> Enrolment:
        found = next((one for one in self._open.values() if hmac.compare_digest(one.code, code)), None)
        if found is None or found.tenant_id != tenant_id or found.until <= self.around.now():
            raise self._refused(tenant_id, "no such code")
        return found

    def _refused(self, tenant_id: str, why: str) -> Refused:
        approvers.attempt(self.store, tenant_id, why, self.around.now())
        return Refused(
            "Enrolment is not open: the code is unknown, used, or older than ten minutes.",
            "Open it again: 'licenseiq approvers add NAME'.",
        )
