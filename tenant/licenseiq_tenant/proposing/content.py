"""The content key: by it an identical request finds the proposal that is there already.

It is keyed with a secret of this home, so that who reads the inbox cannot try user ids against it.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step
from licenseiq_tenant import home_keys

FILE = "content.key"
# What differs between two requests for the same thing: counts and days, and what stands beside a person's values.
_PASSING = frozenset({"free_seats", "data_at_risk_on", "undo_valid_until", "from", "until"})
_BESIDE = frozenset({"findings", "licensing_groups"})


def content_key(key: bytes, plan: Plan, openings: Sequence[Opening]) -> str:
    """HMAC-SHA-256 as hex over tenant, kind, and each person's values, steps, hand-offs and blockers.

    The order in which people were named does not matter. Seeds, commitments, money, times, versions and the words of a
    cure stay out: they differ between two requests for the same thing.
    """
    people: dict[str, Json] = {
        who(opening): _for_one(plan, opening.reference) | {"values": _values(opening)} for opening in openings
    }
    asked: Mapping[str, Json] = {
        "tenant": plan.tenant_id,
        "kind": plan.kind,
        "simulated": plan.simulated,
        "people": people,
    }
    return hmac.digest(key, canonical(asked), hashlib.sha256).hex()


def who(opening: Opening) -> str:
    """The id of a person's account, or the principal name of one that is not there yet."""
    return str(opening.values.get("user_id") or str(opening.values["user_principal_name"]).casefold())


def _for_one(plan: Plan, reference: str) -> dict[str, Json]:
    steps = [step for step in plan.steps if step.subject == reference]
    places = {step.number: place for place, step in enumerate(steps)}
    blockers: list[Json] = [
        [blocker.kind, [places[number] for number in blocker.applies_to if number in places]]
        for blocker in plan.blockers
        if any(number in places for number in blocker.applies_to)
    ]
    hand_offs: list[Json] = [[h.kind, h.instructions] for h in plan.hand_offs if h.subject == reference]
    return {"steps": [_step(step) for step in steps], "hand_offs": hand_offs, "blockers": blockers}


def _step(step: Step) -> Json:
    return {
        "kind": step.kind.value,
        "arguments": _lasting(step.arguments),
        "goal": step.goal,
        "precondition": step.precondition,
        "effect_class": step.effect_class.value,
        "undo": None if step.undo is None else _lasting(step.undo),
    }


def _lasting(found: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in found.items() if name not in _PASSING}


def _values(opening: Opening) -> dict[str, Json]:
    """What was committed to: who takes over, what a reply says; not on what findings it rests today."""
    return {name: value for name, value in opening.values.items() if name not in _BESIDE}


def home_key(home: Path) -> bytes:
    """The home's secret for content keys, made on first use. Raises SettingsError for a file that is not safe."""
    return home_keys.home_key(home, FILE)
