"""The License Health Score: how much of what is paid for is in use, and how tidy the rest is.

All in whole tenths of a point. Each component's points are its weight times a share, rounded down, so the points add
up to the score exactly. Three properties hold: it is bounded, removing waste never lowers it, and adding waste never
raises it, within one unit of counting (money of one currency, or seats).
"""

from dataclasses import dataclass, replace

from licenseiq.evaluation import Component

SPEND, IDENTITIES, ERRORS, PRIVILEGE = 800, 50, 50, 100
FULL = SPEND + IDENTITIES + ERRORS + PRIVILEGE


@dataclass(frozen=True, slots=True)
class ScoreBasis:
    """What is scored. `paid` and `exposed` are micro-units of one currency where `unit` is a currency, else seats.

    The other numbers are accounts: without and with a licence in error, in use and stale, privileged with and without a
    sign-in. `privilege_known` is False where roles or sign-ins could not be read; that weight then goes to spend.
    """

    paid: int
    exposed: int
    unit: str = "seats"
    clean: int = 0
    faulty: int = 0
    tidy: int = 0
    stale: int = 0
    awake: int = 0
    dormant: int = 0
    privilege_known: bool = True

    def without(self, exposed: int = 0, clean: int = 0, tidy: int = 0, stale: int = 0, awake: int = 0) -> "ScoreBasis":
        """The basis after waste is put to use: `exposed` less is claimed, its holders count as tidy again, and `stale`
        of them no longer as stale."""
        return replace(
            self,
            exposed=self.exposed - exposed,
            clean=self.clean + clean,
            tidy=self.tidy + tidy + stale,
            stale=self.stale - stale,
            awake=self.awake + awake,
        )


def components(basis: ScoreBasis, note: str = "", dormant_days: int = 90) -> tuple[Component, ...]:
    """The parts of the score. `note` is a sentence on how spend was measured."""
    in_use = basis.paid - min(max(basis.exposed, 0), basis.paid)
    spend_weight = SPEND if basis.privilege_known else SPEND + PRIVILEGE
    what = "seats" if basis.unit == "seats" else f"spend ({basis.unit})"
    parts = [
        _component(
            "spend_in_use",
            spend_weight,
            (in_use, basis.paid),
            f"{_percent(in_use, basis.paid)} of the paid {what} is not claimed by a finding. {note}".strip(),
            basis.unit,
        ),
        _component(
            "stale_identities",
            IDENTITIES,
            (basis.tidy, basis.tidy + basis.stale),
            f"Blocked or departed accounts with something left: {basis.stale}; accounts in use: {basis.tidy}.",
        ),
        _component(
            "licence_errors",
            ERRORS,
            (basis.clean, basis.clean + basis.faulty),
            f"Licensed people with an assignment error: {basis.faulty}; in use without one: {basis.clean}.",
        ),
    ]
    if basis.privilege_known:
        days = f"Privileged accounts without a sign-in in {dormant_days} days"
        parts.append(
            _component(
                "dormant_privilege",
                PRIVILEGE,
                (basis.awake, basis.awake + basis.dormant),
                f"{days}: {basis.dormant}; with one: {basis.awake}.",
            )
        )
    return tuple(parts)


def score(basis: ScoreBasis) -> int | None:
    """The score in tenths, 0 to 1000; None where nothing is paid for."""
    if basis.paid <= 0:
        return None
    return sum(part.points for part in components(basis))


def _component(name: str, weight: int, share: tuple[int, int], explanation: str, unit: str = "accounts") -> Component:
    """The weight times the share that is good; all of it where there is nothing to be good or bad."""
    good, whole = share
    points = weight * good // whole if whole else weight
    return Component(name, weight, points, explanation, good, whole, unit)


def _percent(part: int, whole: int) -> str:
    tenths = 1000 * part // whole if whole else 1000
    return f"{tenths // 10}.{tenths % 10} %"
