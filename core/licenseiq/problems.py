"""What is wrong with one key of a file that a person writes. No problem quotes a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: at which key, what, and what to write instead."""

    key: str
    what: str
    write: str

    def words(self) -> str:
        return f"{self.key} {self.what} {self.write}"
