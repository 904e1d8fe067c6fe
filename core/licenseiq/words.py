"""Numbers in sentences."""


def count(number: int, one: str, many: str | None = None) -> str:
    """'1 seat', '12 seats', '1,200 people'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
