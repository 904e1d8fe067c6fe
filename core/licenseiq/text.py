"""Text that a user of the tenant controls, made safe to show.

A display name can carry line breaks, direction overrides, invisible tag characters or an instruction to a
model. Such text stays in fields of its own, is cleaned here, and is never compared or acted upon: ids are.
"""

import unicodedata
from dataclasses import dataclass

LONGEST = 120
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_BREAKS = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class CleanText:
    """`text` has at most 120 characters, no line break and no invisible character; `truncated` says if it was cut."""

    text: str
    truncated: bool


def clean(raw: str) -> CleanText:
    """NFC; line breaks become spaces; control, format, private-use and unassigned characters go.

    Removing format characters also splits joined emoji and joiners of some scripts: accepted, ids stay exact.
    """
    spaced = "".join(" " if c in _BREAKS else c for c in unicodedata.normalize("NFC", raw[: LONGEST * 20]))
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _DROPPED)
    text = " ".join(kept.split())
    return CleanText(text[:LONGEST].rstrip(), len(text) > LONGEST or len(raw) > LONGEST * 20)


def clean_or_none(raw: str | None) -> str | None:
    """The cleaned text, or None where there is none."""
    if raw is None:
        return None
    return clean(raw).text or None


def one_line(text: str, longest: int | None = None) -> str:
    """A sentence on one line, cleaned word by word, as `clean` would cut a long one; cut at `longest` characters."""
    words = (text if longest is None else text[: longest * 4]).split()
    line = " ".join(filter(None, (clean(word).text for word in words)))
    return line if longest is None or len(line) <= longest else line[: longest - 1].rstrip() + "…"
