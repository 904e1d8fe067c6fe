"""Money: whole micro-units and a currency, rounded once, when it is shown.

A total is a tuple with one entry per currency, sorted by currency: empty for nothing, and `None` where the
amount is unknown. Currencies are never added to each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MICROS = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`micros` millionths of one unit of `currency` (an ISO 4217 code), per month where a price is meant."""

    currency: str
    micros: int

    def times(self, count: int) -> "Money":
        return Money(self.currency, self.micros * count)

    def amount(self) -> str:
        """The amount in units with two decimals, half a cent rounded away from zero: '57.00'."""
        cents, rest = divmod(abs(self.micros), MICROS // 100)
        cents += rest * 2 >= MICROS // 100
        sign = "-" if self.micros < 0 and cents else ""
        return f"{sign}{cents // 100}.{cents % 100:02d}"

    def __str__(self) -> str:
        return f"{self.amount()} {self.currency}"


Total = tuple[Money, ...]


def add_up(parts: Iterable[Money]) -> Total:
    """The sum of `parts`, one entry per currency that occurs."""
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, 0) + part.micros
    return tuple(Money(currency, micros) for currency, micros in sorted(sums.items()))


def money_words(total: Total | None, shown: Callable[[Money], str] = str) -> str:
    """'57.00 USD and 3.00 EUR', 'nothing', or 'unknown'; each amount as `shown` writes it."""
    if total is None:
        return "unknown"
    return " and ".join(shown(money) for money in total) or "nothing"
