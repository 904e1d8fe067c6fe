"""What the desk takes from the machine it runs on: time, chance, ids and waiting. Tests bring their own."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`new_id` makes an id from a short prefix; `sleep` waits seconds."""

    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    random: Callable[[int], bytes]
    sleep: Callable[[float], Awaitable[None]]


def real() -> Surroundings:
    return Surroundings(_now, _new_id, secrets.token_bytes, anyio.sleep)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(8)}"
