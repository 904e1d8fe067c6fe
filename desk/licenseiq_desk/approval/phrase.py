"""The phrase that a person types on the demo tenant, and how it is bound to one statement."""

import hashlib
import hmac


def phrase_for(plan_digest: str) -> str:
    """What to type, such as 'approve 3f9ac2d1': it changes with every byte of the plan."""
    return f"approve {plan_digest[:8]}"


def is_typed(typed: str, plan_digest: str) -> bool:
    return hmac.compare_digest(" ".join(typed.split()).encode(), phrase_for(plan_digest).encode())


def bound(phrase: str, statement_digest: str) -> str:
    """SHA-256 over the phrase and the digest of the statement, as hex."""
    return hashlib.sha256(phrase.encode() + bytes.fromhex(statement_digest)).hexdigest()
