"""Reading of several things at once, as most of the time is the tenant's."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

T = TypeVar("T")
R = TypeVar("R")


async def each(items: Sequence[T], read: Callable[[T], Awaitable[R]], most: int) -> list[R]:
    """What `read` returns of each, in the order of the items; at most so many at once. After the first error nothing
    more is begun, and it is raised as it is."""
    if len(items) <= 1:
        return [await read(one) for one in items]
    found: dict[int, R] = {}
    trouble: list[Exception] = []
    left = iter(enumerate(items))

    async def some() -> None:
        for place, one in left:
            if trouble:
                return
            try:
                found[place] = await read(one)
            except Exception as error:  # noqa: BLE001 - raised again below, where the others have ended
                trouble.append(error)

    async with anyio.create_task_group() as tasks:
        for _ in range(min(most, len(items))):
            tasks.start_soon(some)
    if trouble:
        raise trouble[0]
    return [found[place] for place in range(len(items))]
