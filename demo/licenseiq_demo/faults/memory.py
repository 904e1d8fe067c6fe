"""Answers from before the last change, for the fault `old_answers`: any read can lag behind, as replicas do."""

from dataclasses import dataclass, replace

import msgspec

from licenseiq_demo.wire import Answer, Asked, GraphError


@dataclass(slots=True)
class _Kept:
    outcome: Answer | GraphError
    changes: int
    shown: int = 0


class Memory:
    """What each address answered last while nothing had changed since."""

    def __init__(self) -> None:
        self._changes = 0
        self._kept: dict[str, _Kept] = {}

    def changed(self) -> None:
        """Called after every write: what is kept is old from now on."""
        self._changes += 1

    def old(self, request: Asked, reads: int) -> Answer | GraphError | None:
        """The answer from before the change, `reads` times; None when the present one is due."""
        kept = self._kept.get(_address(request))
        if kept is None or kept.changes == self._changes or kept.shown >= reads:
            return None
        kept.shown += 1
        return kept.outcome

    def keep(self, request: Asked, outcome: Answer | GraphError) -> None:
        """Remembers the present answer, apart from what it was made of."""
        if isinstance(outcome, Answer) and outcome.data is not None:
            outcome = replace(outcome, data=msgspec.json.decode(outcome.body()))
        self._kept[_address(request)] = _Kept(outcome, self._changes)


def _address(request: Asked) -> str:
    return f"{request.path.lower()}?{request.raw_query}"
