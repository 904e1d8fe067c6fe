"""What a person needs of what the seats held give, capability by capability.

Required is the default: what nobody can see in use for one person counts as needed, unless the policy releases it. A
service that is switched off on every path is not given, and so not needed.
Sources: tiers.toml (`observable`, `absence`, sizes); the mailbox report for the real quota.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from licenseiq.capability_use import Use, use_of
from licenseiq.context import Context
from licenseiq.people import SEATED, Person
from licenseiq.skus import Product, Tier

GB = 2**30
FILL_PERCENT = 90  # a store must not start out nearly full
ARCHIVE = "archive_plan2"
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


@dataclass(frozen=True, slots=True)
class SizeNeed:
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


def needs_of(person: Person, context: Context) -> Needs:
    """What `person` needs of the paid seats held."""
    paid = context.paid_seats(person)
    contents = {sku_id: found for sku_id in paid if (found := context.catalogue.contents(sku_id)) is not None}
    off = {sku_id: services for sku_id in contents if (services := _switched_off(sku_id, person, context))}
    given = {c for sku_id, one in contents.items() for c in one.includes - off.get(sku_id, frozenset())}
    sizes = {
        capability: _size_need(
            capability, person, context, {s: one for s, one in contents.items() if capability not in off.get(s, ())}
        )
        for capability in SIZED
    }
    if _has_small_archive(person, given, sizes[ARCHIVE]):
        given.add(ARCHIVE)
    persona = context.policy.persona_of(person.department, person.job_title, person.employee_type)
    return Needs(
        held=tuple(sorted(contents)),
        untouched=tuple(sku_id for sku_id in paid if sku_id not in contents),
        states=tuple(sorted((c, _state(c, person, context)) for c in given)),
        sizes=tuple((c, size) for c, size in sizes.items() if c in given),
        off=tuple(sorted(off.items(), key=lambda pair: pair[0])),
        is_frontline=persona is not None and persona.frontline,
    )


def _state(capability_id: str, person: Person, context: Context) -> State:
    known: dict[str, State | None] = context.memo.setdefault("states for everybody", {})
    if capability_id not in known:
        known[capability_id] = _for_everybody(capability_id, context)
    found = known[capability_id]
    if found is not None:
        return found
    since = context.today - timedelta(days=context.policy.inactive_days)
    absence = context.catalogue.capabilities[capability_id].absence
    match use_of(capability_id, person, since):
        case Use.USED:
            return State.USED
        case Use.NOT_READ:
            return State.NOT_READ
        case Use.UNUSED if absence == "strong":
            return State.UNUSED
        case Use.UNUSED if absence == "weak" and capability_id not in context.policy.released_capabilities:
            return State.REVIEW
        case _:
            return _unseen(capability_id, context)


def _for_everybody(capability_id: str, context: Context) -> State | None:
    """How a capability stands for whoever has it; None where each person's use can be looked at."""
    if capability_id in context.policy.required_capabilities:
        return State.REQUIRED
    known = context.catalogue.capabilities.get(capability_id)
    if known is not None and known.observable == "per-user":
        return None
    return _unseen(capability_id, context)


def _unseen(capability_id: str, context: Context) -> State:
    return State.RELEASED if capability_id in context.policy.released_capabilities else State.ASSUMED


def _switched_off(sku_id: str, person: Person, context: Context) -> frozenset[str]:
    """The capabilities of a SKU whose service plans no path that takes a seat switches on."""
    paths = [frozenset(a.disabled_plans) for a in person.assignments if a.sku_id == sku_id and a.state in SEATED]
    disabled = frozenset.intersection(*paths) if paths else frozenset()
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


def _size_need(capability: str, person: Person, context: Context, held: Mapping[str, Tier | Product]) -> SizeNeed:
    """The size that this store needs: what is stored with a margin, and never more than what it has today."""
    key = SIZED[capability]
    sizes = {s: getattr(one, key) or 0 for s, one in held.items() if getattr(one, key) or capability in one.includes}
    current: int | None = max(sizes.values(), default=0) or None
    givers = tuple(sorted(sku_id for sku_id, size in sizes.items() if size == (current or 0)))
    mailbox, drive = person.signals.mailbox, person.signals.drive
    used: int | None = None
    if capability == "mailbox" and mailbox is not None:
        used = mailbox.used_bytes
        if mailbox.quota_bytes:  # the real quota beats the table: sizes changed in mid-2026, tenant by tenant
            current = max(1, (mailbox.quota_bytes + GB // 2) // GB)
    elif capability == "onedrive" and drive is not None:
        used = drive.used_bytes
    # No report tells how full an archive is: only one as large is large enough.
    if used is None:
        return SizeNeed(current, current, givers)
    enough = used * 100 // (GB * FILL_PERCENT) + 1
    least = enough if current is None else min(enough, current)
    return SizeNeed(_rounded(least, key, current, context), current, givers)


def _rounded(least: int, key: str, current: int | None, context: Context) -> int:
    """The next size that there is, so that people whose stores differ a little have equal needs."""
    sizes = context.memo.get(f"sizes of {key}")
    if sizes is None:
        every: list[Tier | Product] = [*context.catalogue.tiers.values(), *context.catalogue.products.values()]
        sizes = context.memo[f"sizes of {key}"] = sorted({size for one in every if (size := getattr(one, key))})
    above = next((size for size in sizes if size >= least), None)
    if above is None or (current is not None and above > current):
        return least if current is None else current
    return int(above)


def _has_small_archive(person: Person, given: set[str], size: SizeNeed) -> bool:
    """Whether there may be something in an archive that comes without the right to a large one."""
    mailbox = person.signals.mailbox
    return ARCHIVE not in given and bool(size.current) and (mailbox is None or mailbox.has_archive is not False)
