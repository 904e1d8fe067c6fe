"""One thing that ought to be said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

Prices = Mapping[str, int]
"""Micro-units of a seat and month by SKU id."""


class Level(Enum):
    """How sure somebody may be who sees what Graph shows."""

    COUNTS = "waste, and sure enough to count"
    REVIEW = "a person has to look, and counting it would be a false alarm"
    EITHER = "waste, but not to be told for sure: both are right"


@dataclass(frozen=True, slots=True)
class Expected:
    """`subject` is the id of a user, a SKU or a subscription. `money` is what goes a month, by SKU id, of those that
    have a price. Not `required`: it may be said, and nothing is missed when it is not."""

    kind: str
    subject: str
    level: Level
    money: Mapping[str, int] = field(default_factory=dict)
    required: bool = True
