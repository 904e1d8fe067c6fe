"""What people read of a run beside its steps: what somebody has to do by hand, the urgent first, and line by line what
became of applications, groups, devices and files. It is made anew from sealed values; of an erased person there is
nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import RunReport
from licenseiq.steps import KINDS
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import ACCOUNT_THERE, APPLICATION, SERVICE, Told
from licenseiq.steps.provision_apps import applications_cut_off
from licenseiq.text import one_line
from licenseiq_desk.execution.calls_taker import HANDED_OVER
from licenseiq_desk.execution.told import told_of_run
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore

_LONGEST = 600
_URGENT = frozenset({StepKind.DISABLE_BY_HAND})
_WHAT = {
    "application": "Application",
    "group": "Group",
    "owner": "Owned",
    "device": "Device",
    "managed_device": "Device in Intune",
    "files": "OneDrive",
    "sharing": "Sharing",
    "copy": "Copy",
    SERVICE: "Service",
}


@dataclass(frozen=True, slots=True)
class RunLines:
    by_hand: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def run_lines(
    store: DeskStore, tenant_id: str, proposal_id: str, run: RunReport, *, with_told: bool = True
) -> RunLines:
    """The lines of a run. Without what is told, which takes seconds to open of very many people, only what waits for a
    person. Raises Tampered."""
    plan = proposals.get(store, tenant_id, proposal_id).plan
    openings = proposals.openings(store, tenant_id, proposal_id, plan)
    told = told_of_run(store, tenant_id, run.run_id) if with_told else {}
    lines = list(_told(plan, openings, told))
    by_hand = [*_handed_over(plan, openings, run), *(words for words, is_by_hand in lines if is_by_hand)]
    return RunLines(tuple(by_hand), tuple(words for words, is_by_hand in lines if not is_by_hand))


def _handed_over(plan: Plan, openings: Mapping[str, Opening], run: RunReport) -> list[str]:
    """The instructions of each step that waits for a person, or was left to one; urgent ones first."""
    left = {one.number for one in run.steps if _is_for_a_person(one.outcome, one.note)}
    steps = [step for step in plan.steps if step.number in left and step.subject in openings]
    steps.sort(key=lambda step: step.kind not in _URGENT)
    return [words for step in steps if (words := _instructions(step, openings[step.subject]))]


def _is_for_a_person(outcome: str | None, note: str) -> bool:
    waits = outcome == Outcome.WAITING.value and (note or "").startswith(HANDED_OVER)
    return waits or outcome == Outcome.HANDED_OVER.value


def _instructions(step: Step, opening: Opening) -> str:
    kind = KINDS.get(step.kind)
    if kind is None or kind.hand_over is None:
        return ""
    return one_line(f"Step {step.number}: {kind.hand_over(step, Target(opening.values))}", _LONGEST)


def _told(
    plan: Plan, openings: Mapping[str, Opening], told: Mapping[int, tuple[Told, ...]]
) -> Iterator[tuple[str, bool]]:
    """Each line in words, and whether a person has to look at it. Applications have one line each."""
    for subject in plan.subjects:
        opening = openings.get(subject.reference)
        if opening is None:
            continue
        who = str(opening.values.get("user_principal_name") or subject.reference)
        mine = [one for step in plan.steps if step.subject == subject.reference for one in told.get(step.number, ())]
        others = [one for one in mine if one.what not in (APPLICATION, ACCOUNT_THERE, SERVICE)]
        for one in (*_services(mine), *applications_cut_off(mine), *others):
            name = f" '{one.name}'" if one.name else ""
            yield one_line(f"{who}: {_WHAT.get(one.what, one.what)}{name}: {one.how}", _LONGEST), one.by_hand


def _services(told: list[Told]) -> Iterator[Told]:
    """What went and nobody planned line by line; of what went as planned, and of what came, one line each."""
    services = [one for one in told if one.what == SERVICE]
    yield from (one for one in services if one.by_hand)
    together: dict[str, list[str]] = {}
    for one in services:
        if not one.by_hand:
            together.setdefault(one.how, []).append(one.name)
    for how, names in together.items():
        yield Told(SERVICE, "", "", f"{how}: {', '.join(names)}")
