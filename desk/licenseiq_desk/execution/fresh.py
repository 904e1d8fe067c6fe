"""Fresh readings: an account with what a kind of step, a check or a clause of a goal wants to know beside it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from licenseiq.errors import NotFound, NotReadable
from licenseiq.ports import TenantWriter
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account
from licenseiq.readings import Reason
from licenseiq.steps.asking import Ask, Reading, Target
from licenseiq.steps.kind import Kind
from licenseiq_desk.execution.asked_once import Asks


async def read_for(
    readings: tuple[Reading, ...],
    writer: TenantWriter,
    kind: Kind | None,
    step: Step,
    user_id: str,
    target: Target,
    alive: Callable[[], None] = lambda: None,
) -> Account:
    """The account with what the readings tell. Raises NotReadable, NotFound and EffectWaits."""
    try:
        account = await writer.account(user_id)
    except NotFound:
        if kind is None or kind.needs_account:
            raise
        account = Account(None, None, None, None, exists=False)
    more = {one.name: await read_one(one, writer, target, step.arguments, alive) for one in readings}
    return replace(account, more=more) if more else account


async def read_one(
    reading: Reading,
    writer: Asks,
    target: Target,
    arguments: Mapping[str, Json],
    alive: Callable[[], None] = lambda: None,
) -> Json:
    """What one reading tells; `alive` is called before each of its requests. Raises NotReadable also for an answer that
    is not understood, and for a part that an account does not have, such as a mailbox: the account may be there."""

    async def ask(question: Ask) -> Mapping[str, Json]:
        alive()
        return await writer.ask(question, reading.what, reading.permission)

    try:
        return await reading.read(ask, target, arguments)
    except NotFound as error:
        raise NotReadable(
            f"Could not read {reading.what}: there is none.",
            "See whether the person has a mailbox or a drive in the cloud.",
            reason=Reason.EMPTY,
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(
            f"Could not read {reading.what}: the answer was not understood.", "Try again.", reason=Reason.MALFORMED
        ) from error
