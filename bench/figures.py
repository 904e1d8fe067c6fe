"""How figures are printed: one a line, with what they are made of."""

import statistics
from collections.abc import Sequence


def spread(values: Sequence[float], unit: str, digits: int = 2) -> str:
    """The median, and from least to most: a wide range says that the machine was busy."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f} {unit}"
    return f"{statistics.median(values):.{digits}f} {unit} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def line(name: str, words: str) -> None:
    print(f"{name:<34} {words}")
