"""The customer's policy: thresholds and protections. Later it comes from a signed file; these are the defaults."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Policy:
    """`version` names the edition that an evaluation or a plan was made under.

    Days are calendar days. `buffer_percent` and `buffer_least` are the seats of a SKU kept free for joiners.
    `protected_user_ids` are accounts that no plan may touch (break-glass accounts above all).
    """

    version: str = "default-1"
    inactive_days: int = 90
    never_used_grace_days: int = 60
    new_hire_days: int = 45
    buffer_percent: int = 2
    buffer_least: int = 1
    protected_user_ids: frozenset[str] = field(default_factory=frozenset)
    people_per_plan: int = 25
    plan_valid_hours: int = 24

    def buffer(self, enabled: int) -> int:
        """Seats kept for joiners out of `enabled`, rounded up."""
        return max(self.buffer_least, -(-enabled * self.buffer_percent // 100))
