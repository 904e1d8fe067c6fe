"""The content key: by it an identical request finds the proposal that is there already.

It is keyed with a secret of this home, so that who reads the inbox cannot try user ids against it.
"""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from licenseiq.errors import SettingsError
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step

FILE = "content.key"
_BYTES = 32


def content_key(key: bytes, plan: Plan, openings: Sequence[Opening]) -> str:
    """HMAC-SHA-256 as hex over tenant, kind, and each person's steps, hand-offs and blockers.

    The order in which people were named does not matter. Seeds, commitments, money, times and versions stay out:
    they differ between two requests for the same thing.
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
        [blocker.kind, blocker.cure, [places[number] for number in blocker.applies_to if number in places]]
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
    """The home's secret, made on first use; of two processes that make it at once, both get the same.

    Raises SettingsError when the file is not one that was written here, or others can read it.
    """
    path = home / FILE
    if not path.exists() and not path.is_symlink():
        _write_new(path)
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or (os.name != "nt" and found.st_mode & 0o077):
        raise SettingsError(
            f"The file {FILE} is a link, or can be read by other accounts.", f"Remove it; a new {FILE} is made."
        )
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise SettingsError(f"The file {FILE} does not hold a key.", f"Remove it; a new {FILE} is made.")
    return key


def _write_new(path: Path) -> None:
    """Written aside and linked into place whole: of two processes one wins, and no half a key is ever seen."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
    finally:
        aside.unlink()
