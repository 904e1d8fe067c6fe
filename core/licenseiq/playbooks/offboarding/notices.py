"""The end: finance is told which seats came free, and the successor what was handed over. Each is told only what read
back as true; without a mailbox to send from, a person is asked to write."""

from collections.abc import Callable, Mapping, Sequence

from licenseiq.leaving import Skip
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.offboarding.choices import SetBy
from licenseiq.playbooks.offboarding.leaver import Leaver
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import HandOff
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.notices import FINANCE, SUCCESSOR

_HANDED = {
    StepKind.GRANT_MAILBOX_ACCESS: "the mailbox: to open it, and to send as it and on its behalf",
    StepKind.GRANT_ONEDRIVE_ACCESS: "access to the files in OneDrive",
    StepKind.COPY_ONEDRIVE: "a copy of the files",
}
_NO_WAY_BACK = "A mail that was sent cannot be taken back."


def add_notices(
    draft: Draft,
    leaver: Leaver,
    licences: Sequence[int],
    arguments: Callable[[Mapping[str, Json]], dict[str, Json]],
) -> None:
    """Adds what there is to tell. A copy of the files is told only where it goes to the successor."""
    if not leaver.choices.keeps(Skip.NOTICES):
        return
    defaults = leaver.choices.defaults
    freed = [name for number in licences for name in _names(leaver, draft.steps[number - 1].arguments)]
    if freed:
        _tell(draft, leaver, StepKind.NOTIFY_FINANCE, FINANCE, freed, licences, arguments, defaults.finance_address)
    told = [kind for kind in _HANDED if kind in leaver.numbers]
    if defaults.leavers_site is not None:
        told = [kind for kind in told if kind is not StepKind.COPY_ONEDRIVE]
    if told and leaver.successor is not None:
        words = [_HANDED[kind] for kind in told]
        after = [leaver.numbers[kind] for kind in told]
        to = leaver.successor.person.user_principal_name
        _tell(draft, leaver, StepKind.NOTIFY_SUCCESSOR, SUCCESSOR, words, after, arguments, to)


def _tell(
    draft: Draft,
    leaver: Leaver,
    kind: StepKind,
    about: str,
    lines: Sequence[str],
    after: Sequence[int],
    arguments: Callable[[Mapping[str, Json]], dict[str, Json]],
    to: str | None,
) -> None:
    if leaver.choices.defaults.notice_sender is None or to is None:
        words = f"Tell {'finance' if about == FINANCE else 'the successor'}, once it is done: {'; '.join(lines)}."
        draft.hand_offs.append(HandOff(kind.value, leaver.reference, words))
        return
    found = arguments({"lines": list(lines)}) | {"set_by": SetBy.POLICY.value}
    goal: dict[str, Json] = {"notice_sent": about}
    draft.add(kind, leaver.reference, goal, {"exists": True}, None, _NO_WAY_BACK, arguments=found, after=after)


def _names(leaver: Leaver, found: Mapping[str, Json]) -> list[str]:
    """The paid products of a step whose seat comes free."""
    freed = found.get("frees")
    skus = [str(sku_id) for sku_id in freed] if isinstance(freed, list) else []
    return [leaver.context.sku(sku_id).name for sku_id in skus if leaver.context.is_paid(sku_id)]
