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


def content_key(key: bytes, plan: Plan, openings: Sequence[Opening]) -> str:
    """HMAC-SHA-256 as hex over tenant, kind, and each person's steps, hand-offs and blockers.

    The order in which people were named does not matter. Seeds, commitments, money, times, versions and the words of a
    cure stay out: they differ between two requests for the same thing.
    """
    people: dict[str, Json] = {
        str(opening.values["user_id"]): _for_one(plan, opening.reference) for opening in openings
    }
    asked: Mapping[str, Json] = {
        "tenant": plan.tenant_id,
        "kind": plan.kind,
        "simulated": plan.simulated,
        "people": people,
    }
    return hmac.digest(key, canonical(asked), hashlib.sha256).hex()


def _for_one(plan: Plan, reference: str) -> Json:
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
        "arguments": step.arguments,
        "goal": step.goal,
        "precondition": step.precondition,
        "effect_class": step.effect_class.value,
        "undo": step.undo,
    }


def home_key(home: Path) -> bytes:
    """The home's secret for content keys, made on first use. Raises SettingsError for a file that is not safe."""
    return home_keys.home_key(home, FILE)
