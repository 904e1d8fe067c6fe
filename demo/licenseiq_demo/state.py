"""Everything one running demo holds: the tenant, its keys, and what was asked of it."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from licenseiq_demo.estate.holdings import Holdings
from licenseiq_demo.faults.book import FaultBook
from licenseiq_demo.faults.memory import Memory
from licenseiq_demo.homefiles import KINDS
from licenseiq_demo.limits import Limits
from licenseiq_demo.recorder import Recorder
from licenseiq_demo.tenant import DemoTenant
from licenseiq_demo.wire import Who


@dataclass(slots=True)
class DemoState:
    """One start of the demo; tokens and proof keys are fresh each time."""

    tenant: DemoTenant
    limits: Limits = field(default_factory=Limits)
    faults: FaultBook = field(default_factory=FaultBook)
    memory: Memory = field(default_factory=Memory)
    recorder: Recorder = field(default_factory=Recorder)
    tokens: dict[str, str] = field(default_factory=lambda: {r: secrets.token_urlsafe(32) for r in KINDS})
    proof_keys: dict[str, bytes] = field(default_factory=lambda: {r: secrets.token_bytes(32) for r in KINDS})
    downloads: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Report downloads by their ticket: the request path they belong to, and when they end."""
    printed: dict[tuple[str, str, bool, bool], bytes] = field(default_factory=dict)
    """Reports already printed; they are two days old, so no write changes them."""
    touched: float = field(default_factory=time.monotonic)
    stopping: bool = False
    estate: Holdings = field(init=False)
    _ahead: timedelta = field(init=False)

    def __post_init__(self) -> None:
        self.estate = Holdings(self.tenant)
        self._ahead = timedelta(days=(self.tenant.today - datetime.now(UTC).date()).days)

    def now(self) -> datetime:
        """The tenant's clock: the real time of day, moved to the tenant's today."""
        return datetime.now(UTC) + self._ahead

    def stamp(self) -> str:
        """Now, as Graph writes it: whole seconds."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def who(self, authorization: str) -> Who:
        """Whose token this is; control's token opens nothing in Graph."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() == "bearer":
            if hmac.compare_digest(token.encode(), self.tokens["reader"].encode()):
                return "reader"
            if hmac.compare_digest(token.encode(), self.tokens["desk"].encode()):
                return "writer"
        return "anonymous"

    def proof(self, role: str, nonce: bytes) -> bytes | None:
        """The answer to a nonce: HMAC-SHA256 under this role's key."""
        key = self.proof_keys.get(role)
        return hmac.digest(key, nonce, hashlib.sha256) if key else None
