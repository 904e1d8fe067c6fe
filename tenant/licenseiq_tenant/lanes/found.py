"""What a source gave."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """Items in Graph's order. `unreadable` counts what made no sense and is missing from them, in whole or in part;
    `lost` those of them that are missing in whole, where somebody has to know. `unchecked` as in `Reading`."""

    items: tuple[T, ...]
    unreadable: int
    lost: int = 0
    unchecked: bool = False
