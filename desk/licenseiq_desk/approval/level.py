"""How far an approval protects, in words; and what a desk may do at all for a tenant."""

from dataclasses import dataclass

from licenseiq.errors import Refused
from licenseiq.proposals.statement import Level

WORDS = {
    Level.L0: "L0: a typed phrase, on the simulated tenant only. It stops nobody who can type.",
    Level.L1: "L1: a passkey, with the desk under the same account of the machine as the server. It stops a model that "
    "has only the tools, and forged approvals. It does not stop a program that runs as the same user and replaces "
    "LicenseIQ.",
    Level.L2: "L2: a passkey, with the desk under another account or host than the server, PostgreSQL between them.",
    Level.L3: "L3: two people with hardware keys, the desk apart, the ledger's head kept elsewhere.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How this desk stands to the server. `separate`: it was found that the server's account cannot write here.
    `accepts_same_user`: the settings accept the risk that it can. `why_not_separate` are sentences."""

    separate: bool = False
    accepts_same_user: bool = False
    why_not_separate: str = ""

    def level(self, *, simulated: bool) -> Level:
        """The level of a passkey's approval here. Raises Refused for a real tenant where the risk is not accepted."""
        if self.separate:
            return Level.L2
        if not simulated and not self.accepts_same_user:
            raise Refused(
                "The desk is not apart from the server, so a program with a shell could go round it. "
                f"{self.why_not_separate}".strip(),
                "Run the desk under another account (docs/levels.md), or accept the risk: accept_same_user_risk = true "
                "in licenseiq.toml.",
            )
        return Level.L1
