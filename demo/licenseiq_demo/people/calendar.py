"""Dates counted back from the tenant's today, as Graph writes them."""

import random
from datetime import date, timedelta


class Calendar:
    """Turns "so many days ago" into text; remembers each day, so that 20,000 people are quick."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._days: dict[int, str] = {}

    def day(self, ago: int) -> str:
        """`2026-11-23`; a negative number lies ahead."""
        text = self._days.get(ago)
        if text is None:
            text = self._days[ago] = (self.today - timedelta(days=ago)).isoformat()
        return text

    def moment(self, ago: int, rng: random.Random) -> str:
        """`2026-11-23T09:41:07Z`, at some time of a working day."""
        second = int(rng.random() * 36_000) + 25_200
        return f"{self.day(ago)}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def new_id(rng: random.Random) -> str:
    """A version 4 UUID out of this generator."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
