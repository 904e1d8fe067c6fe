"""How names in the policy are compared."""


def fold(text: str | None) -> str:
    """Without case and without spaces around; empty for nothing."""
    return (text or "").strip().casefold()
