"""Which seats somebody will need: by the policy's persona, else by what similar people need (not what they hold).

The closest group is asked first, and a wider one only while the closer ones prove nothing. It abstains where all are
too small, which would tell about single people as well, where such people differ, and where a closer group rules out
what a wider one says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from licenseiq.context import Context
from licenseiq.findings import Confidence
from licenseiq.holders import monthly_cost
from licenseiq.money import Total
from licenseiq.people import Person
from licenseiq.prediction.reasons import for_answer, for_none
from licenseiq.prediction.traits import Traits, ladder
from licenseiq.prediction.votes import Seats, Vote, interval, vote_of
from licenseiq.right_size.offers import has_free_seat


@dataclass(frozen=True, slots=True)
class Prediction:
    """`recommended` is None where it abstains. `by_persona`: the policy says so, whatever `peers`, the seats that
    similar people need, are (None: nothing can be said of them).

    `compared` says in words what the group has in common, empty where nobody was compared. `agreement` is per mille of
    `group_size` people who need the same suite, and `at_least` what that proves of such people (95 %); both None below
    five. `unknown` more are at work, and what they need could not be told. `monthly` is what `recommended` costs, None
    where a price is unknown. The texts hold no text of the tenant and nobody's name.
    """

    recommended: Seats | None
    peers: Seats | None
    monthly: Total | None
    confidence: Confidence
    because: tuple[str, ...]
    by_persona: bool = False
    compared: str = ""
    group_size: int = 0
    unknown: int = 0
    agreement: int | None = None
    at_least: int | None = None


def predict(asked: Traits, people: Iterable[Person], context: Context, without: str | None = None) -> Prediction:
    """The prediction for somebody of whom `asked` is known, over everybody; `without` is the id of that person, where
    there is one already."""
    everybody = tuple(people)
    votes: list[Vote] = []
    for traits in ladder(asked):
        votes.append(vote_of(traits, filter(traits.fits, everybody), context, without))
        if votes[-1].settles:
            break
    return prediction(asked, votes, context)


def prediction(asked: Traits, votes: Sequence[Vote], context: Context) -> Prediction:
    """What follows from the votes of groups on the ladder of `asked`, the closest first."""
    by_peers = _by_peers(asked, votes, context)
    persona = context.policy.persona_of(asked.department, asked.job_title, asked.employee_type)
    if persona is None or not persona.skus:
        chosen, said = by_peers.peers, by_peers
        is_frontline = persona is not None and persona.frontline
    else:
        chosen, is_frontline = tuple(sorted(persona.skus)), True
        because = ("A persona of the policy gives these seats.", _beside(chosen, by_peers.peers, context))
        said = replace(by_peers, confidence=Confidence.CERTAIN, because=because, by_persona=True)
    if chosen is None:
        return said
    cautions = _cautions(chosen, context, is_frontline=is_frontline)
    return replace(said, recommended=chosen, monthly=monthly_cost(chosen, context), because=(*said.because, *cautions))


def _by_peers(asked: Traits, votes: Sequence[Vote], context: Context) -> Prediction:
    """What similar people need, before anything is recommended."""
    settled = next((place for place, vote in enumerate(votes) if vote.settles), len(votes) - 1)
    looked_at = votes[: settled + 1]
    if not looked_at:
        return Prediction(None, None, None, Confidence.UNKNOWN, for_none(asked, looked_at, context))
    vote = looked_at[-1]
    suite, number = vote.first
    is_answer = vote.agrees and all(closer.leaves_open(suite) for closer in looked_at)
    return Prediction(
        recommended=None,
        peers=vote.winner if is_answer else None,
        monthly=None,
        confidence=Confidence.LIKELY if is_answer else Confidence.UNKNOWN,
        because=for_answer(asked, vote, context) if is_answer else for_none(asked, looked_at, context),
        compared=vote.traits.words,
        group_size=vote.size,
        unknown=vote.unknown,
        agreement=None if vote.is_thin else vote.agreement,
        at_least=None if vote.is_thin else interval(number, vote.size)[0],
    )


def _beside(chosen: Seats, peers: Seats | None, context: Context) -> str:
    if peers is None:
        return "What similar people need cannot be said."
    if peers == chosen:
        return "Similar people need the same."
    others = ", ".join(context.sku(sku_id).name for sku_id in peers)
    return f"It differs from what similar people need: {others}."


def _cautions(chosen: Seats, context: Context, *, is_frontline: bool) -> list[str]:
    """What has to be looked at before the seats are given."""
    said = []
    for sku_id in chosen:
        contents, name = context.catalogue.contents(sku_id), context.sku(sku_id).name
        if contents is not None and contents.eligibility == "frontline" and not is_frontline:
            said.append(f"{name} is for frontline workers, and no persona of the policy says that this is one.")
        if contents is None:
            said.append(f"What {name} gives is not known; such people hold it.")
        if not has_free_seat(sku_id, context):
            said.append(f"No seat of {name} is known to be free; it may have to be bought first.")
    return said
