"""Figures and sentences as the answers show them."""

from collections.abc import Iterable, Sequence

from licenseiq import text
from licenseiq.words import count

LONGEST_SENTENCE = 300


def one_line(sentence: str, longest: int = LONGEST_SENTENCE) -> str:
    """One of our own sentences, on one line, without invisible characters, and cut at `longest`."""
    return text.one_line(sentence, longest)


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
