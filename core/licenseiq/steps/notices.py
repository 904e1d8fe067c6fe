"""Telling finance which seats came free, and the successor what they took over, by mail from a mailbox of the tenant.

Mail.Send as an application would let the desk write as anybody, so it is limited to the sender's mailbox (Exchange's
role-based access control for applications). What is written is made of the signed arguments and the committed values.
Nothing of a mail reads back: the tenant's word that it took it is the outcome, and it is never sent a second time.
"""

from collections.abc import Callable, Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Call, Shape, Target
from licenseiq.steps.kind import Facts, Kind
from licenseiq.text import clean

PERMISSION = "Mail.Send"
FINANCE, SUCCESSOR = "finance", "successor"
_TO = {FINANCE: "finance_address", SUCCESSOR: "successor_principal"}


def _never(_: Json, __: Facts, ___: Mapping[str, Json]) -> bool:
    """A mail that was sent leaves nothing that could be read here."""
    return False


def _fits(about: str) -> Callable[[Step], bool]:
    def fits(step: Step) -> bool:
        return step.goal == {"notice_sent": about} and _lines(step) is not None

    return fits


def _lines(step: Step) -> list[str] | None:
    """The plan's own words in a mail: products, or what was handed over."""
    found = step.arguments.get("lines")
    rows = found if isinstance(found, list | tuple) else None
    return None if rows is None or not all(isinstance(one, str) for one in rows) else [str(one) for one in rows]


def _message(about: str, step: Step, target: Target) -> tuple[str, str]:
    """Subject and words."""
    who = clean(target.text("user_principal_name")).text
    lines = "\n".join(f"- {clean(one).text}" for one in _lines(step) or [])
    if about == FINANCE:
        return (
            f"Licences taken back: {who}",
            f"{who} has left. These licences were taken back, and read back as free:\n{lines}\n\n"
            "A free seat can be given to somebody else at once. The bill falls only when the subscription is reduced.",
        )
    return (
        f"You take over from {who}",
        f"{who} has left, and you were named to take over:\n{lines}\n\n"
        "A mailbox that you were given shows in Outlook by itself, or is opened by its address.",
    )


def _calls(about: str) -> Callable[[Step, Target, Account], tuple[Call, ...]]:
    def calls(step: Step, target: Target, _: Account) -> tuple[Call, ...]:
        subject, words = _message(about, step, target)
        message: dict[str, Json] = {
            "subject": subject,
            "body": {"contentType": "Text", "content": words},
            "toRecipients": [{"emailAddress": {"address": target.text(_TO[about])}}],
        }
        path = f"/users/{target.text('notice_sender')}/sendMail"
        return (Call("POST", path, {"message": message, "saveToSentItems": True}),)

    return calls


def _hand_over(about: str) -> Callable[[Step, Target], str]:
    def words(step: Step, target: Target) -> str:
        subject, text = _message(about, step, target)
        return f"Write to {target.text(_TO[about])}: {subject}. {text}"

    return words


def _is_plain_mail(body: Json) -> bool:
    """One text to one address: no copy, no attachment, no markup."""
    if not isinstance(body, Mapping) or body.keys() != {"message", "saveToSentItems"}:
        return False
    message = body["message"]
    if not isinstance(message, Mapping) or message.keys() != {"subject", "body", "toRecipients"}:
        return False
    text, to = message["body"], message["toRecipients"]
    return isinstance(text, Mapping) and text.get("contentType") == "Text" and isinstance(to, list) and len(to) == 1


def _notice(name: StepKind, about: str, words: str) -> Kind:
    return Kind(
        name=name,
        words=words,
        effect_class=EffectClass.NOT_REPEATABLE,
        permissions=(PERMISSION,),
        fits=_fits(about),
        calls=_calls(about),
        shapes=(Shape("POST", "/users/{upn}/sendMail", _is_plain_mail),),
        clauses={"notice_sent": _never},
        hand_over=_hand_over(about),
        summary=lambda _: f"{words[0].upper()}{words[1:]} by mail.",
        trusts_answer=True,
    )


NOTIFY_FINANCE = _notice(StepKind.NOTIFY_FINANCE, FINANCE, "tell finance which seats came free")
NOTIFY_SUCCESSOR = _notice(StepKind.NOTIFY_SUCCESSOR, SUCCESSOR, "tell the successor what was handed over")
