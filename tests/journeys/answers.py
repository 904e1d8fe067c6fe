"""How answers are compared with facts: their money in whole millionths, and every row of a list."""

from decimal import Decimal

from tests.journeys.processes import Json
from tests.tools.talk import Ask, pages

E5, E3, COPILOT, VISIO = "SPE_E5", "SPE_E3", "Microsoft_365_Copilot", "VISIOCLIENT"


def micros(total: list[Json]) -> int:
    """An answer's money in millionths; nothing is 0, and more than one currency is a mistake here."""
    assert {one["currency"] for one in total} <= {"USD"}
    return sum(int(Decimal(one["amount"]) * 1_000_000) for one in total)


def known(total: list[Json] | None) -> int | None:
    """The same where money can be unknown."""
    return None if total is None else micros(total)


async def waste(ask: Ask, **arguments: object) -> list[Json]:
    return await pages(ask, "list_waste", "findings", {"limit": 100, **arguments})


def owners(findings: list[Json]) -> set[str]:
    return {row["user"]["id"] for row in findings}


def parts_of(skus: list[Json]) -> set[str]:
    return {sku["part_number"] for sku in skus}


def kinds(rows: list[Json]) -> dict[str, Json]:
    return {row["kind"]: row for row in rows}
