"""How long right-sizing takes: `python -m bench.right_sizing [--users N] [--all]`.

People at random over the packaged catalogue, in a tenant that owns fourteen products; with `--all` everything that has
contents in the catalogue, which is more than any tenant has. Prints the whole pass, how many different needs there
were, and the slowest search. People in the same office differ less than these.
"""

import argparse
import random
import time
from datetime import timedelta

from bench.figures import line, spread
from licenseiq.context import Context
from licenseiq.people import Assignment, Person
from licenseiq.policy import Policy
from licenseiq.readings import Reading, Source
from licenseiq.right_size.sizing import sizing_of
from licenseiq.seats import SeatLine
from licenseiq.times import parse_iso
from licenseiq.usage import AppUse, Drive, LastUse, Mailbox, ProductUse, Signals, SignIn
from licenseiq_tenant.prices import load_catalogue

NOW = parse_iso("2026-11-23T12:00:00Z")
GB = 2**30


USUAL = frozenset(
    {"SPE_E5", "SPE_E3", "SPE_F1", "SPB", "O365_BUSINESS_ESSENTIALS", "Microsoft_365_Copilot", "VISIOCLIENT", "EMS"}
    | {"PROJECTPROFESSIONAL", "POWER_BI_PRO", "MCOEV", "MCOMEETADV", "EXCHANGESTANDARD", "EXCHANGEENTERPRISE"}
)


def tenant(*, everything: bool) -> Context:
    """A tenant that owns the usual products, or all whose contents the catalogue knows."""
    catalogue = load_catalogue()
    skus = [
        sku.sku_id
        for sku in catalogue.skus.values()
        if catalogue.contents(sku.sku_id) is not None and (everything or sku.part_number in USUAL)
    ]
    lines = {s: SeatLine(s, catalogue.skus[s].part_number, 50, 0, 0, 0, 40, True, "Enabled") for s in skus}
    readings = {source: Reading(source, None, NOW) for source in Source}
    return Context("t", NOW, catalogue, Policy(), readings, lines)


def people(count: int, context: Context, seed: int) -> list[Person]:
    """Each holds a suite and up to three products, and uses some of it."""
    dice = random.Random(seed)
    suites = sorted(s for s in context.lines if context.catalogue.tier_of(s) is not None)
    others = sorted(set(context.lines) - set(suites))
    return [_person(number, dice, suites, others) for number in range(count)]


def _person(number: int, dice: random.Random, suites: list[str], others: list[str]) -> Person:
    def day() -> LastUse:
        return LastUse(dice.choice([None, (NOW - timedelta(days=dice.randrange(200))).date()]))

    apps = frozenset(dice.sample(["word", "excel", "outlook", "teams"], dice.randrange(4)))
    seen = (NOW - timedelta(days=1)).date()
    return Person(
        user_id=f"u{number}",
        account_enabled=True,
        created=NOW - timedelta(days=900),
        assignments=tuple(
            Assignment(sku) for sku in {dice.choice(suites), *dice.sample(others, dice.choice([0, 0, 0, 1, 2, 3]))}
        ),
        signals=Signals(
            sign_in=SignIn(NOW, NOW, NOW),
            products=ProductUse(exchange=seen, onedrive=seen),
            apps=dice.choice([None, AppUse(seen, apps, apps, apps)]),
            mailbox=Mailbox("user", seen, dice.randrange(99) * GB, 100 * GB, dice.random() < 0.1),
            drive=Drive(seen, dice.randrange(900) * GB, 9),
            teams=day(),
            sharepoint=day(),
            copilot=day(),
            activation=day(),
        ),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--users", type=int, default=20_000)
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    context = tenant(everything=chosen.all)
    crowd = people(chosen.users, context, chosen.seed)
    began = time.perf_counter()
    single: list[float] = []
    proven = 0
    for person in crowd:
        known = len(context.memo.get("sizings", ()))
        start = time.perf_counter()
        sizing = sizing_of(person, context)
        proven += sizing.is_proven
        if len(context.memo["sizings"]) > known:
            single.append((time.perf_counter() - start) * 1000)
    line("people, products to choose from", f"{len(crowd):,}, {len(context.lines)}")
    line("all of them", f"{time.perf_counter() - began:.2f} s")
    line("different needs", f"{len(single):,}")
    line("one search", spread(single, "ms"))
    line("proven cheapest", f"{1000 * proven // len(crowd) / 10} %")


if __name__ == "__main__":
    main()
