"""Numbers and articles in sentences."""


def count(number: int, one: str, many: str | None = None) -> str:
    """'1 seat', '12 seats', '1,200 people'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def a_or_an(noun: str) -> str:
    """'a room mailbox', 'an account': by the first letter, which is enough for our own words."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
