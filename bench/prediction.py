"""How good predictions are: `uv run python -m bench.prediction [--users N] [--seeds N]`.

Everybody at work is predicted without themselves (leave one out), by the department, job title, office, employee type
and manager that are known of them, from as many similar people as a tenant is asked for. Beside it stand three
baselines: what most of the tenant need, what most of the department need, and what most of the same department and job
title hold.

The truth on the demo tenant is what right-sizing says of the person's own use, as far as it says something. In invented
tenants (bench/invented.py) it is what the person was made to need, and right-sizing's own errors count too; where
nothing decides needs, an honest prediction abstains or is no better than the tenant's most common need.

What an error costs is a month of one seat set, at the prices that the tenant sees. Too much: what the predicted set
costs beyond the needed one. Too little: the price of what is missing, which is the step up to a larger suite, and each
product that the predicted suite does not include; that is the least that the work it is needed for is worth, or nobody
would buy it. Abstaining costs nothing here, so the baselines are shown a second time for those alone whom the
prediction answers.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import anyio

from bench.figures import line
from bench.invented import Recipe, invent
from bench.on_demo import Clock, demo_tenant
from licenseiq.context import Context
from licenseiq.holders import monthly_cost
from licenseiq.money import MICROS
from licenseiq.people import Person
from licenseiq.policy import Policy, fold
from licenseiq.prediction.predict import prediction
from licenseiq.prediction.traits import Traits, ladder, traits_of
from licenseiq.prediction.votes import Gap, Seats, Vote, count, need_of
from licenseiq.prices import PriceBook
from licenseiq.skus import Tier
from licenseiq_tenant.database import Database
from licenseiq_tenant.live import FILE
from licenseiq_tenant.lookup import MOST_SIMILAR
from licenseiq_tenant.prices import load_catalogue
from licenseiq_tenant.snapshot import views

OURS = "similar people's needs"
RECIPES = (
    ("job titles decide, 5 % noise", Recipe("job title", 0.05)),
    ("job titles decide, 30 % noise", Recipe("job title", 0.3)),
    ("job titles, most hold too much", Recipe("job title", 0.05, too_much=0.65)),
    ("departments decide, 10 % noise", Recipe("department", 0.1)),
    ("nothing decides", Recipe("nothing", 0.0)),
)


@dataclass(frozen=True)
class Field:
    """A tenant to predict in: everybody, and the needs that are true, by user id."""

    people: Sequence[Person]
    context: Context
    truth: Mapping[str, Seats]


@dataclass
class Score:
    """What came out for one way of predicting, added up over people; money in micro-units a month."""

    asked: int = 0
    answered: int = 0
    exact: int = 0
    suite: int = 0
    over: int = 0
    under: int = 0

    def add(self, predicted: Seats | None, truth: Seats, context: Context) -> None:
        self.asked += 1
        if predicted is None:
            return
        over, under = cost(predicted, truth, context)
        self.answered += 1
        self.exact += predicted == truth
        self.suite += _suite(predicted, context) == _suite(truth, context)
        self.over += over
        self.under += under

    def row(self, name: str) -> str:
        n = self.answered or 1
        over, under = (round(100 * micros / n / MICROS) for micros in (self.over, self.under))
        return (
            f"  {name:<32} {100 * self.answered / (self.asked or 1):7.1f} {100 * self.exact / n:7.1f} "
            f"{100 * self.suite / n:7.1f} {over:9,} {under:9,} {over + under:9,}"
        )


def cost(predicted: Seats, truth: Seats, context: Context) -> tuple[int, int]:
    """What a month of too much, and of too little, costs; products without a price cost nothing."""
    given, needed = _price(_suite(predicted, context), context), _price(_suite(truth, context), context)
    included = frozenset[str]().union(
        *(found.includes for s in predicted if (found := context.catalogue.contents(s)) is not None)
    )
    under = max(0, needed - given)
    for sku_id in set(truth) - set(predicted) - set(_suite(truth, context)):
        contents = context.catalogue.contents(sku_id)
        if contents is None or not contents.includes <= included:
            under += _price((sku_id,), context)
    return max(0, _price(predicted, context) - _price(truth, context) + under), under


def _price(sku_ids: Seats, context: Context) -> int:
    return sum(money.micros for s in sku_ids for money in monthly_cost((s,), context) or ())


def _suite(sku_ids: Seats, context: Context) -> Seats:
    return tuple(s for s in sku_ids if isinstance(context.catalogue.contents(s), Tier))


class Crowd:
    """A tenant's people, looked up by what they have in common."""

    def __init__(self, field: Field) -> None:
        self.context = field.context
        self.needs = {one.user_id: need_of(one, field.context) for one in field.people}
        self.held = {one.user_id: field.context.paid_seats(one) for one in field.people}
        self._people = field.people
        self._groups: dict[Traits, tuple[Person, ...]] = {}

    def group(self, traits: Traits) -> tuple[Person, ...]:
        known = self._groups.get(traits)
        if known is None:
            known = self._groups[traits] = tuple(filter(traits.fits, self._people))
        return known

    def predicted(self, person: Person) -> Seats | None:
        """As the tool does it: the first of each group, and wider groups only where closer ones settle nothing."""
        asked = traits_of(person)
        votes: list[Vote] = []
        for traits in ladder(asked):
            mine = (self.needs[one.user_id] for one in self.group(traits)[:MOST_SIMILAR] if one is not person)
            votes.append(count(traits, mine, self.context))
            if votes[-1].settles:
                break
        return prediction(asked, votes, self.context).peers


class Baseline:
    """The most common value of each group, for somebody who does not count in it."""

    def __init__(self) -> None:
        self._found: defaultdict[str, Counter[Seats]] = defaultdict(Counter)
        self._own: dict[str, tuple[str, Seats]] = {}

    def learn(self, person: Person, group: str, seats: Seats) -> None:
        self._found[group][seats] += 1
        self._own[person.user_id] = (group, seats)

    def predicted(self, person: Person, group: str) -> Seats | None:
        found = self._found[group].copy()
        own = self._own.get(person.user_id)
        if own is not None and own[0] == group:
            found[own[1]] -= 1
        best = min(found.items(), key=lambda item: (-item[1], item[0]), default=((), 0))
        return best[0] if best[1] > 0 else None


def scores(field: Field) -> dict[str, tuple[Score, Score]]:
    """By way of predicting: over everybody, and over those whom the prediction by similar people answers."""
    crowd = Crowd(field)
    tenant, department, held = Baseline(), Baseline(), Baseline()
    for one in field.people:
        need = crowd.needs[one.user_id]
        if isinstance(need, Gap):
            continue
        tenant.learn(one, "", need)
        department.learn(one, fold(one.department), need)
        held.learn(one, _title(one), crowd.held[one.user_id])
    found: dict[str, tuple[Score, Score]] = defaultdict(lambda: (Score(), Score()))
    for one in field.people:
        truth = field.truth.get(one.user_id)
        if truth is None:
            continue
        ours = crowd.predicted(one)
        ways = {
            OURS: ours,
            "the tenant's most common need": tenant.predicted(one, ""),
            "the department's most common": department.predicted(one, fold(one.department)),
            "what the same title mostly holds": held.predicted(one, _title(one)),
        }
        for name, seats in ways.items():
            found[name][0].add(seats, truth, field.context)
            if ours is not None:
                found[name][1].add(seats, truth, field.context)
    return dict(found)


def _title(person: Person) -> str:
    return f"{fold(person.department)}\n{fold(person.job_title)}"


def on_demo(users: int, seed: int) -> Field:
    """A demo tenant, read over HTTP as any tenant is."""

    async def scan() -> None:
        async with demo.open("home", Clock()) as tenant:
            await tenant.scan()

    with demo_tenant(users, seed) as demo:
        anyio.run(scan)
        database = Database(demo.folder / "home" / FILE, "licenseiq_tenant.snapshot.migrations")
        try:
            with database.read() as db:
                mine = views.newest_generations(db, demo.reader.tenant_id)
                ground = views.context(
                    db, demo.reader.tenant_id, mine, Clock()(), load_catalogue(), Policy(), PriceBook()
                )
                people = views.tenant_view(db, ground, mine).people
        finally:
            database.close()
    needs = {one.user_id: need_of(one, ground) for one in people}
    return Field(people, ground, {who: need for who, need in needs.items() if not isinstance(need, Gap)})


def made_up(recipe: Recipe, users: int, seed: int) -> Field:
    made = invent(recipe, users, seed)
    return Field(made.people, made.context, made.needs)


def tell(name: str, fields: Iterator[Field]) -> None:
    every, ours = defaultdict[str, Score](Score), defaultdict[str, Score](Score)
    for field in fields:
        for way, (all_, answered) in scores(field).items():
            every[way], ours[way] = _sum(every[way], all_), _sum(ours[way], answered)
    print()
    line(name, f"{'answers':>8} {'exact':>7} {'suite':>7} {'too much':>9} {'too little':>9} {'both':>8}")
    for way, score in every.items():
        print(score.row(way))
    print("  those alone whom similar people's needs answer:")
    for way, score in ours.items():
        if way != OURS:
            print(score.row(way))


def _sum(one: Score, other: Score) -> Score:
    return Score(*(getattr(one, name) + getattr(other, name) for name in Score.__dataclass_fields__))


def main() -> None:
    parser = argparse.ArgumentParser(description="How good predictions by similar people's needs are.")
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    print(f"{options.users} people, {options.seeds} tenants of each kind; shares in %, USD a month per 100 answers")
    tell("demo", (on_demo(options.users, seed) for seed in seeds))
    for name, recipe in RECIPES:
        tell(name, (made_up(recipe, options.users, seed) for seed in seeds))


if __name__ == "__main__":
    main()
