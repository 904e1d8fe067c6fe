"""Figures and sentences as the answers show them."""

from collections.abc import Iterable, Sequence

from licenseiq.money import Total
from licenseiq.text import clean
from licenseiq.words import count

LONGEST_SENTENCE = 300


def money_words(total: Total | None) -> str:
    """'57.00 USD and 3.00 EUR', 'nothing', or 'unknown'."""
    if total is None:
        return "unknown"
    return " and ".join(str(money) for money in total) or "nothing"


def one_line(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """One of our own sentences, on one line, without invisible characters, and cut at `longest`."""
    line = " ".join(filter(None, (clean(word).text for word in text[: longest * 4].split())))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def few(sentences: Iterable[str], budget: int = 1200) -> list[str]:
    """The sentences that fit into `budget` characters, and how many more there are."""
    kept: list[str] = []
    every = [one_line(sentence) for sentence in dict.fromkeys(sentences) if sentence.strip()]
    for number, sentence in enumerate(every):
        budget -= len(sentence) + 3
        if budget < 0 and kept:
            kept.append(f"And {len(every) - number} more that this answer has no room for.")
            break
        kept.append(sentence)
    return kept


def unknown_words(unknown: Sequence[str]) -> str:
    """A pointer to the field `unknown`, or nothing."""
    return f"{count(len(unknown), 'note')} on what is unknown: see unknown." if unknown else ""


def sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
