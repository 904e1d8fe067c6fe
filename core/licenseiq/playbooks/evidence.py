"""On what a change rests, for whoever reviews the plan: its findings, and the least sure of them first."""

from collections.abc import Iterable, Sequence

from licenseiq.context import Context
from licenseiq.findings.finding import Confidence
from licenseiq.playbooks.change_request import Change
from licenseiq.proposals.canonical import Json

# What nobody but a rule says comes before what is certain, and that before what somebody asked for by name.
_RANK = {Confidence.UNKNOWN: 0, Confidence.LIKELY: 0, Confidence.CERTAIN: 1}
_ASKED = 2


def reviewed_first(changes: Iterable[Change], context: Context) -> list[Change]:
    """The changes in the order in which a person reads them: by how sure they are, then by money, then by id."""
    return sorted(changes, key=lambda change: (_rank(change), -_worth(change, context), change.person.user_id))


def evidence_beside(change: Change) -> list[Json]:
    """The findings behind a change as they stand among the values of its person, to be opened and to be erased."""
    return [
        {
            "kind": one.kind,
            "confidence": one.confidence.value,
            "reason": one.reason,
            "facts": {name: value for name, value in one.facts.items() if value is not None},
        }
        for one in change.because
    ]


def _rank(change: Change) -> int:
    return min((_RANK[one.confidence] for one in change.because), default=_ASKED)


def _worth(change: Change, context: Context) -> int:
    """Micro-units of what goes, compared over currencies and never shown."""
    return _price(change.leaving, context) - _price(change.coming, context)


def _price(sku_ids: Sequence[str], context: Context) -> int:
    prices = (context.price(sku_id) for sku_id in sku_ids if context.is_paid(sku_id))
    return sum(price.micros for price in prices if price is not None)
