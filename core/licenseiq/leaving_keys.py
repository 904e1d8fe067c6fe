"""The keys of the section [offboarding] in `licenseiq.toml`: what each one means, and what may stand there."""

from dataclasses import dataclass, fields
from enum import StrEnum

from licenseiq.leaving import Audience, EndState, Forwarding, LeavingDefaults, Skip

SECTION = "offboarding"
_DEFAULT = LeavingDefaults()


class LeavingKind(StrEnum):
    """What a value is, in words that follow "a key is"."""

    CHOICE = "one of several words"
    CHOICES = "a list of words"
    TIME_ZONE = "a time zone"
    TEXT = "a text"
    ADDRESS = "a mail address"
    SITE = "a site's id"
    DAYS = "a whole number"


@dataclass(frozen=True, slots=True)
class LeavingKey:
    """`name` is the key in the file and the field of `LeavingDefaults`. `choices` are the words of a choice; a number
    lies from `least` to `most`. `example` is TOML."""

    name: str
    kind: LeavingKind
    meaning: str
    example: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    @property
    def default(self) -> object:
        return getattr(_DEFAULT, self.name)


LEAVING_KEYS: tuple[LeavingKey, ...] = (
    LeavingKey(
        "end_state",
        LeavingKind.CHOICE,
        "What is left at the end where a request does not say.",
        '"shared_keep_account"',
        tuple(EndState),
    ),
    LeavingKey(
        "time_zone",
        LeavingKind.TIME_ZONE,
        "A last day ends at midnight there.",
        '"Europe/Berlin"',
    ),
    LeavingKey(
        "forwarding",
        LeavingKind.CHOICE,
        "Where new mail goes too.",
        '"nobody"',
        tuple(Forwarding),
    ),
    LeavingKey(
        "reply",
        LeavingKind.TEXT,
        "The automatic reply; {name} and {successor} are put in. Not set: one or two sentences of ours.",
        '"{name} has left. Please write to {successor}."',
    ),
    LeavingKey(
        "reply_audience",
        LeavingKind.CHOICE,
        "Who outside of the organisation gets it.",
        '"all"',
        tuple(Audience),
    ),
    LeavingKey(
        "leavers_site",
        LeavingKind.SITE,
        "Files of leavers are copied into the library of this SharePoint site; not set: to the successor.",
        '"contoso.sharepoint.com,00000000-0000-0000-0000-000000000000,00000000-0000-0000-0000-000000000000"',
    ),
    LeavingKey(
        "finance_address",
        LeavingKind.ADDRESS,
        "Who is told which seats came free.",
        '"licences@contoso.com"',
    ),
    LeavingKey(
        "notice_sender",
        LeavingKind.ADDRESS,
        "The mailbox that notices are sent from. Not set: a person is asked to write them.",
        '"it@contoso.com"',
    ),
    LeavingKey(
        "skip",
        LeavingKind.CHOICES,
        "What is left out where a request does not say. Holds, mailbox, files and reading back cannot be.",
        '["devices"]',
        tuple(Skip),
    ),
    LeavingKey(
        "delete_after_days",
        LeavingKind.DAYS,
        "An account is deleted so many days after it was blocked, where the end state deletes it.",
        "30",
        least=1,
        most=365,
    ),
)


def unlisted_leaving_fields() -> frozenset[str]:
    """Fields of `LeavingDefaults` that no key stands for."""
    return frozenset(f.name for f in fields(LeavingDefaults)) - {key.name for key in LEAVING_KEYS}
