"""What a person needs of what the seats held give, capability by capability.

Required is the default: what nobody can see in use for one person counts as needed, unless the policy releases it. A
service that is switched off on every path is not given, and so not needed.
Sources: tiers.toml (`observable`, `absence`, sizes); the mailbox report for the real quota.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from licenseiq.capability_use import Use, use_of
from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.right_size.seat_sets import SeatSet, seat_set
from licenseiq.skus import Product, Tier

GB = 2**30
FILL_PERCENT = 90  # a store must not start out nearly full
ARCHIVE = "archive_plan2"
_LAST = "needs of the last person"
# What is measured in GB, by the field of a tier or product that holds the size.
SIZED = {"mailbox": "mailbox_gb", "onedrive": "onedrive_gb", ARCHIVE: "archive_gb"}


class State(StrEnum):
    """How a capability stands for one person. ASSUMED: nobody can see its use, so it counts as required."""

    USED = "used"
    REQUIRED = "required by the policy"
    ASSUMED = "cannot be seen"
    REVIEW = "seems unused"
    NOT_READ = "not read"
    RELEASED = "released by the policy"
    UNUSED = "unused"


class SizeNeed(NamedTuple):
    """What a store needs, in GB: `least` is enough for sure, `current` its size today; None is unknown.

    Where it was not read how full it is, `least` is today's size. `givers` are the SKUs held that give it as it is.
    """

    least: int | None
    current: int | None
    givers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """Two people with equal needs need the same products. `held` are the paid SKUs whose contents are known,
    `untouched` those whose contents are not; `states` the capabilities given today; `off` what is switched off, by SKU.
    """

    held: tuple[str, ...]
    untouched: tuple[str, ...]
    states: tuple[tuple[str, State], ...]
    sizes: tuple[tuple[str, SizeNeed], ...]
    off: tuple[tuple[str, frozenset[str]], ...]
    is_frontline: bool

    def state(self, capability_id: str) -> State | None:
        return dict(self.states).get(capability_id)

    def those(self, *states: State) -> frozenset[str]:
        return frozenset(capability for capability, state in self.states if state in states)


class _Store(NamedTuple):
    """What seats give of one store: the largest size in GB, None where it is unknown, and the SKUs that give it."""

    capability: str
    current: int | None
    givers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """What is given: each capability as it stands for everybody or by what is seen of a person's use, and the stores.
    `seen` are those by use. `made` are the needs that people have had of it so far, by what tells them apart."""

    states: tuple[tuple[str, State | Mapping[Use, State]], ...]
    seen: tuple[str, ...]
    stores: tuple[_Store, ...]
    made: dict[tuple[object, ...], Needs]


@dataclass(frozen=True, slots=True)
class _Held:
    """What needs look at in one set of seats, whoever holds it. `with_archive` is what is given where there may be an
    archive that comes without the right to a large one, None where there cannot."""

    held: tuple[str, ...]
    untouched: tuple[str, ...]
    off: tuple[tuple[str, frozenset[str]], ...]
    given: _Given
    with_archive: _Given | None


def needs_of(person: Person, context: Context, without: frozenset[str] = frozenset()) -> Needs:
    """What `person` needs of the paid seats held, but for the SKUs in `without`."""
    seats = seat_set(person, context).without(without)
    # Two rules ask of one person, one after the other.
    last: tuple[Person, SeatSet, Needs] | None = context.memo.get(_LAST)
    if last is not None and last[0] is person and last[1] == seats:
        return last[2]
    needs = _needs(person, seats, context)
    context.memo[_LAST] = (person, seats, needs)
    return needs


def _needs(person: Person, seats: SeatSet, context: Context) -> Needs:
    known: dict[SeatSet, _Held] = context.memo.setdefault("held", {})
    mine = known.get(seats)
    if mine is None:
        mine = known[seats] = _held(seats, context)
    mailbox, given = person.signals.mailbox, mine.given
    if mine.with_archive is not None and (mailbox is None or mailbox.has_archive is not False):
        given = mine.with_archive
    since = context.today - timedelta(days=context.policy.inactive_days)
    uses = tuple([use_of(c, person, since) for c in given.seen])
    sizes = tuple([_size_need(store, person, context) for store in given.stores])
    persona = context.policy.persona_of(person.department, person.job_title, person.employee_type)
    frontline = persona is not None and persona.frontline
    needs = given.made.get((uses, sizes, frontline))
    if needs is None:
        use = dict(zip(given.seen, uses, strict=True))
        states = tuple((c, state if isinstance(state, State) else state[use[c]]) for c, state in given.states)
        named = tuple((store.capability, size) for store, size in zip(given.stores, sizes, strict=True))
        needs = Needs(mine.held, mine.untouched, states, named, mine.off, frontline)
        given.made[uses, sizes, frontline] = needs
    return needs


def _held(seats: SeatSet, context: Context) -> _Held:
    paid = seats.paid
    contents = {sku_id: found for sku_id in paid if (found := context.catalogue.contents(sku_id)) is not None}
    off = {s: lost for s in contents if (lost := _switched_off(s, seats.plans_off(s), context))}
    given = {c for sku_id, one in contents.items() for c in one.includes - off.get(sku_id, frozenset())}
    stores = tuple(_store(c, {s: one for s, one in contents.items() if c not in off.get(s, ())}) for c in SIZED)
    small_archive = ARCHIVE not in given and any(one.capability == ARCHIVE and one.current for one in stores)
    return _Held(
        held=tuple(sorted(contents)),
        untouched=tuple(sku_id for sku_id in paid if sku_id not in contents),
        off=tuple(sorted(off.items(), key=lambda pair: pair[0])),
        given=_given(given, stores, context),
        with_archive=_given(given | {ARCHIVE}, stores, context) if small_archive else None,
    )


def _given(capabilities: set[str], stores: tuple[_Store, ...], context: Context) -> _Given:
    states = tuple((c, _outcomes(c, context)) for c in sorted(capabilities))
    seen = tuple(c for c, state in states if not isinstance(state, State))
    return _Given(states, seen, tuple(one for one in stores if one.capability in capabilities), {})


def _outcomes(capability_id: str, context: Context) -> State | Mapping[Use, State]:
    """How a capability stands for whoever has it, or by what is seen of each person's use."""
    if capability_id in context.policy.required_capabilities:
        return State.REQUIRED
    released = capability_id in context.policy.released_capabilities
    unseen = State.RELEASED if released else State.ASSUMED
    known = context.catalogue.capabilities.get(capability_id)
    if known is None or known.observable != "per-user":
        return unseen
    unused = unseen
    if known.absence == "strong":
        unused = State.UNUSED
    elif known.absence == "weak" and not released:
        unused = State.REVIEW
    return {Use.USED: State.USED, Use.NOT_READ: State.NOT_READ, Use.UNUSED: unused, Use.NOT_SEEN_HERE: unseen}


def _switched_off(sku_id: str, disabled: frozenset[str], context: Context) -> frozenset[str]:
    """The capabilities of a SKU whose service plans are among the `disabled` ones."""
    contents = context.catalogue.contents(sku_id)
    if not disabled or contents is None:
        return frozenset()
    line = context.lines.get(sku_id)
    plans = (line.service_plans if line else None) or context.catalogue.plans.get(sku_id) or frozenset()
    found = set()
    for capability_id in contents.includes:
        known = context.catalogue.capabilities.get(capability_id)
        of_it = known.service_plan_ids & plans if known else frozenset()
        lost = of_it & disabled
        if lost and (lost == of_it or (known is not None and known.plan_match == "all")):
            found.add(capability_id)
    return frozenset(found)


def _store(capability: str, held: Mapping[str, Tier | Product]) -> _Store:
    key = SIZED[capability]
    sizes = {s: getattr(one, key) or 0 for s, one in held.items() if getattr(one, key) or capability in one.includes}
    current: int | None = max(sizes.values(), default=0) or None
    return _Store(capability, current, tuple(sorted(s for s, size in sizes.items() if size == (current or 0))))


def _size_need(store: _Store, person: Person, context: Context) -> SizeNeed:
    """The size that this store needs: what is stored with a margin, and never more than what it has today."""
    current = store.current
    mailbox, drive = person.signals.mailbox, person.signals.drive
    used: int | None = None
    if store.capability == "mailbox" and mailbox is not None:
        used = mailbox.used_bytes
        if mailbox.quota_bytes:  # the real quota beats the table: sizes changed in mid-2026, tenant by tenant
            current = max(1, (mailbox.quota_bytes + GB // 2) // GB)
    elif store.capability == "onedrive" and drive is not None:
        used = drive.used_bytes
    # No report tells how full an archive is: only one as large is large enough.
    if used is None:
        return SizeNeed(current, current, store.givers)
    enough = used * 100 // (GB * FILL_PERCENT) + 1
    least = enough if current is None else min(enough, current)
    return SizeNeed(_rounded(least, SIZED[store.capability], current, context), current, store.givers)


def _rounded(least: int, key: str, current: int | None, context: Context) -> int:
    """The next size that there is, so that people whose stores differ a little have equal needs."""
    known: dict[str, list[int]] = context.memo.setdefault("sizes", {})
    sizes = known.get(key)
    if sizes is None:
        every: list[Tier | Product] = [*context.catalogue.tiers.values(), *context.catalogue.products.values()]
        sizes = known[key] = sorted({size for one in every if (size := getattr(one, key))})
    place = bisect_left(sizes, least)
    if place == len(sizes) or (current is not None and sizes[place] > current):
        return least if current is None else current
    return sizes[place]
