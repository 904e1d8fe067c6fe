"""Why a prediction says what it says, or nothing, and what would help; in words without text of the tenant."""

from collections.abc import Sequence

from licenseiq.context import Context
from licenseiq.findings.silence import what_would_help
from licenseiq.prediction.traits import Traits
from licenseiq.prediction.votes import LEAST_AGREEMENT, Seats, Vote, interval
from licenseiq.privacy import SMALLEST_GROUP, is_too_small
from licenseiq.readings import Source

# What only some need beside the suite is worth a question from this share on, per mille; so many are named.
_WORTH_ASKING, _MOST_NAMED = 100, 3


def for_answer(asked: Traits, vote: Vote, context: Context) -> tuple[str, ...]:
    """Why these seats: who was compared, how many need the same, and what only some of them need."""
    suite, votes = vote.first
    low = interval(votes, vote.size)[0] // 10
    said = [
        f"{votes} of {vote.size} people with the same {vote.traits.words} need {_names(suite, context)}, by their use "
        f"where it can be seen: of such people at least {low} % do (95 % confidence)."
    ]
    said += [
        f"{number} of these {votes} need {context.sku(sku_id).name} as well."
        for sku_id, number in vote.beside
        if sku_id in vote.winner
    ]
    some = [
        f"{number} of these {votes} need {context.sku(sku_id).name} as well, which is not in this answer: ask for it."
        for sku_id, number in vote.beside
        if sku_id not in vote.winner and not is_too_small(number) and 1000 * number >= _WORTH_ASKING * votes
    ]
    left_out = [name for name in asked.named if name not in vote.traits.named]
    wider = ["Those who have more in common are too few to go by, or differ."] if left_out else []
    return (*said, *some[:_MOST_NAMED], *wider, *_unknown(vote, context))


def for_none(asked: Traits, votes: Sequence[Vote], context: Context) -> tuple[str, ...]:
    """Why nothing can be said, and what would help; the last of `votes` is the one that it rests on."""
    if not votes:
        return ("Name at least one of department, job title, manager, location and employee type.",)
    vote = votes[-1]
    people = f"people with the same {vote.traits.words}"
    if vote.is_thin:
        few = f"Fewer than {SMALLEST_GROUP} {people} are at work whose need is known: too few to go by."
        return (few, *_unknown(vote, context))
    if vote.agrees:
        closer = next(one for one in votes if not one.leaves_open(vote.first[0]))
        name = _names(vote.first[0], context)
        return (f"Most {people} need {name}, and most of those with the same {closer.traits.words} do not.",)
    shares = ", ".join(
        f"{1000 * number // vote.size // 10} % {_names(suite, context)}"
        for suite, number in vote.suites[:_MOST_NAMED]
        if not is_too_small(number)
    )
    differ = f"{vote.size} {people} differ in what they need" + (f": {shares}." if shares else ".")
    enough = f"An answer needs proof that at least {LEAST_AGREEMENT // 10} % need the same (95 % confidence)."
    missing = {"job_title": "job title"}
    if context.is_read(Source.MANAGERS):
        missing["manager_id"] = "manager"
    help_ = next(
        (f"A {words} may tell them apart." for name, words in missing.items() if name not in asked.named), None
    )
    return (differ, enough, *([help_] if help_ else []), *_unknown(vote, context))


def _unknown(vote: Vote, context: Context) -> list[str]:
    """Who had no vote, and what would give it to them."""
    if not vote.unknown:
        return []
    who = "a few" if is_too_small(vote.unknown) else str(vote.unknown)
    said = [f"What {who} more of them need is not known, so they have no vote."]
    if not context.is_read(Source.ACTIVE_USERS):  # then the other reports on use are missing as well
        said.append(what_would_help(context))
    return said


def _names(sku_ids: Seats, context: Context) -> str:
    return " and ".join(context.sku(sku_id).name for sku_id in sku_ids) or "no suite"
