"""What the rules find, against what happened: recall, precision and money for each finding, and for what others do.

    uv run python -m bench.findings --users 1000 --seeds 5

Each demo tenant is read over HTTP as a real one is, HR's word is imported, and the rules run with the policy as it is
without a section. Truth comes from causes (`bench/truth`), with Microsoft's list prices.

recall: of what ought to be found, how much was, as sure as it ought to be. precision: of what was counted, how much is
right; what is left for a person to review is not in it. money off: the differences of each claim from what it ought to
be, without cancelling, as a share of what ought to be claimed.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import anyio

from bench import peers
from bench.on_demo import Clock, DemoTenant, demo_tenant
from bench.truth import Expected, Prices, truth_of
from bench.truth.expected import Level
from licenseiq.context import TenantView
from licenseiq.evaluation import Evaluation
from licenseiq.findings.finding import Finding
from licenseiq.hr_file import read_hr_file
from licenseiq.policy import Policy
from licenseiq_demo.tenant import DemoTenant as Built
from licenseiq_tenant.offline import open_offline

WHOLE = frozenset(
    {"disabled_holder", "departed_holder", "inactive_holder", "never_used", "licensed_shared_mailbox", "licensed_guest"}
)
"""Findings by which all seats of an account go."""
USD = 1_000_000


@dataclass
class Tally:
    """Counts of one finding, or of one way to find. Money in micro-units a month."""

    expected: int = 0
    found: int = 0
    counted: int = 0
    right: int = 0
    money_expected: int = 0
    money_claimed: int = 0
    money_off: int = 0

    def row(self) -> tuple[str, ...]:
        recall = f"{100 * self.found / self.expected:.1f} %" if self.expected else "-"
        precision = f"{100 * self.right / self.counted:.1f} %" if self.counted else "-"
        off = f"{100 * self.money_off / self.money_expected:.1f} %" if self.money_expected else "-"
        expected, claimed = (f"{money // USD:,}" for money in (self.money_expected, self.money_claimed))
        return str(self.expected), recall, str(self.counted), precision, expected, claimed, off


@dataclass
class Tallies:
    """Over several tenants; `wrong` counts what was claimed falsely, by finding and cause, `missed` the same."""

    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    ways: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    wrong: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    missed: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


def subject(finding: Finding) -> str:
    return finding.user_id or finding.subject or finding.sku_ids[0]


def compare(found: Evaluation, truth: Iterable[Expected], causes: Mapping[str, str], into: Tallies) -> None:
    """What the rules found against what ought to be found, by finding."""
    truth = tuple(truth)
    mine = {(one.kind, subject(one)): one for one in found.findings}
    right = {(one.kind, one.subject) for one in truth if one.level is not Level.REVIEW}
    for one in truth:
        tally = into.kinds[one.kind]
        if one.required:
            got = mine.get((one.kind, one.subject))
            hit = got is not None and (got.counts or one.level is not Level.COUNTS)
            tally.expected += 1
            tally.found += hit
            if not hit:
                into.missed[one.kind, causes.get(one.subject, "")] += 1
    for (kind, who), finding in mine.items():
        tally = into.kinds[kind]
        if finding.counts:
            tally.counted += 1
            tally.right += (kind, who) in right
            if (kind, who) not in right:
                into.wrong[kind, causes.get(who, "")] += 1
    _money(found, truth, into)


def _money(found: Evaluation, truth: Iterable[Expected], into: Tallies) -> None:
    """By seat: what ought to go stands with the finding that has claimed it, if that is one of the right ones, else
    with the first of them that ought to count. What need not count ought to go only where it was counted."""
    names = {one.finding_id: subject(one) for one in found.findings}
    claimed: dict[tuple[str, str], tuple[str, int]] = {}
    for claim in found.claims:
        if claim.counts and claim.monthly is not None and not claim.is_moneyless and not claim.is_excepted:
            claimed[names[claim.finding_id], claim.sku_id] = (claim.kind, claim.monthly.micros)
    ought: dict[tuple[str, str], list[Expected]] = defaultdict(list)
    for one in truth:
        for sku_id in one.money:
            ought[one.subject, sku_id].append(one)
    for key in claimed.keys() | ought.keys():
        kind, money = claimed.get(key, ("", 0))
        of_kind = [one for one in ought[key] if one.kind == kind and one.level is not Level.REVIEW]
        sure = [one for one in ought[key] if one.level is Level.COUNTS]
        one = (of_kind or sure or [None])[0]
        if one is None and not money:
            continue
        expected = one.money[key[1]] if one is not None else 0
        tally = into.kinds[one.kind if one is not None else kind]
        tally.money_expected += expected
        tally.money_off += abs(money - expected)
        if money:
            into.kinds[kind].money_claimed += money


def ways(view: TenantView, found: Evaluation, truth: Iterable[Expected], prices: Prices, into: Tallies) -> None:
    """By account: those whose seats all go, by our rules and by each rule that others use."""
    waste = {one.subject for one in truth if one.kind in WHOLE and one.level is not Level.REVIEW}
    must = {one.subject for one in truth if one.kind in WHOLE and one.level is Level.COUNTS and one.required}
    paid = {one.user_id: held for one in view.people if (held := view.context.paid_seats(one))}
    worth = {who: sum(prices.get(sku_id, 0) for sku_id in held) for who, held in paid.items()}
    flagged = {"LicenseIQ": {subject(one) for one in found.findings if one.counts and one.kind in WHOLE}}
    for name, rule in peers.PEERS.items():
        flagged[name] = {one.user_id for one in view.people if one.user_id in paid and rule(one, view.context.now)}
    for name, accounts in flagged.items():
        tally = into.ways[name]
        tally.expected += len(must)
        tally.found += len(must & accounts)
        tally.counted += len(accounts)
        tally.right += len(waste & accounts)
        ought = must | (waste & accounts)
        tally.money_expected += sum(worth[who] for who in ought)
        tally.money_claimed += sum(worth.get(who, 0) for who in accounts)
        tally.money_off += sum(worth.get(who, 0) for who in ought ^ accounts)


async def _read(demo: DemoTenant) -> None:
    file = read_hr_file((demo.folder / "demo" / "personnel.csv").read_bytes())
    clock = Clock()
    async with demo.open("home", clock) as tenant:
        await anyio.to_thread.run_sync(partial(tenant.hr.keep, file.records, datetime.now(UTC).date()))
        await tenant.scan()


def found_and_truth(
    users: int, seed: int
) -> tuple[TenantView, Evaluation, tuple[Expected, ...], Prices, dict[str, str]]:
    """One tenant: what rules look at, what they find, what ought to be found, prices, and causes by id of account."""
    with demo_tenant(users, seed) as demo:
        anyio.run(_read, demo)
        with open_offline(demo.folder / "home") as offline:
            view = offline.view(Policy())
            found = offline.evaluate(Policy())
    built = Built.build(users, seed, view.context.today)
    if built.by_id.keys() != {one.user_id for one in view.people}:
        raise SystemExit("The day has changed while the tenant was read. Run it again.")
    priced = {sku_id: view.context.catalogue.list_price(sku_id) for sku_id in built.lines}
    prices = {sku_id: price.micros for sku_id, price in priced.items() if price is not None}
    return view, found, truth_of(built, prices), prices, {one.id: one.cause for one in built.people}


def _print(title: str, rows: Mapping[str, Tally]) -> None:
    print(f"\n| {title} | expected | recall | counted | precision | USD expected | USD claimed | money off |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, tally in rows.items():
        print(f"| {name} | {' | '.join(tally.row())} |")


def main() -> None:
    """Prints the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=5, help="how many tenants")
    options = parser.parse_args()
    into = Tallies()
    for seed in range(1, options.seeds + 1):
        view, found, truth, prices, causes = found_and_truth(options.users, seed)
        compare(found, truth, causes, into)
        ways(view, found, truth, prices, into)
    print(f"{options.seeds} tenants of {options.users:,} accounts each")
    _print("finding", dict(sorted(into.kinds.items())))
    _print("accounts whose seats all go, by", into.ways)
    for title, cases in (("claimed and not right", into.wrong), ("not found", into.missed)):
        print(f"\n{title}:")
        for (kind, cause), number in sorted(cases.items()):
            print(f"  {number} {kind}" + (f" of {cause}" if cause else ""))


if __name__ == "__main__":
    main()
