"""What is kept of a call of a tool: which tool, by which client, and whether it failed. No argument, no tenant text."""

from dataclasses import dataclass

from licenseiq.proposals.canonical import Json


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """`at` is ISO 8601 text in UTC; `client` what the client calls itself: a claim, not an identity."""

    call_id: str
    at: str
    tool: str
    client: str
    failed: bool

    def to_json(self) -> dict[str, Json]:
        """As it is hashed into a batch, and exported."""
        return {"id": self.call_id, "at": self.at, "tool": self.tool, "client": self.client, "failed": self.failed}
