"""What a scan tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Lane = Literal["probe", "fast", "reports", "slow", "leavers", "rules"]


@dataclass(frozen=True, slots=True)
class ScanSeen:
    """One step of progress, in words without tenant text. `total` is None where nobody knows it before the end."""

    lane: Lane
    words: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Gave:
    """How many different items a source gave, and how many of them made no sense. `unchecked` as in `Reading`."""

    items: int
    unreadable: int = 0
    unchecked: bool = False


Observe = Callable[[ScanSeen], None]


def nobody(_: ScanSeen) -> None:
    """Nobody watches."""
