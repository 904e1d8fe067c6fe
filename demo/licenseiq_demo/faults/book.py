"""Which faults are switched on, and how often each is still due."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import msgspec

from licenseiq_demo.faults.presets import expand
from licenseiq_demo.faults.rules import DOWNLOADS, Rule, What
from licenseiq_demo.wire import Asked


class FaultBook:
    """The faults in force."""

    def __init__(self) -> None:
        self._written: list[Any] = []
        self._rules: list[tuple[int, Rule]] = []
        self._hits: Counter[tuple[int, str]] = Counter()
        self._spared: Counter[tuple[int, str]] = Counter()

    def replace(self, written: list[Any]) -> None:
        """Takes presets (text) and rules (objects); ValueError says what cannot be understood."""
        rules: list[Rule] = []
        for item in written:
            try:
                rules += expand(item) if isinstance(item, str) else [msgspec.convert(item, Rule)]
            except KeyError as problem:
                raise ValueError(f"There is no fault called {item!r} ({problem}).") from None
        self._written, self._rules = written, list(enumerate(rules))
        self._hits.clear()
        self._spared.clear()

    def written(self) -> list[Any]:
        """What was switched on, as it was written."""
        return self._written

    def hits(self) -> list[int]:
        """How often each rule has struck, in the order of the expanded rules."""
        return [sum(n for (rule, _), n in self._hits.items() if rule == place) for place, _ in self._rules]

    def on(self, what: What) -> bool:
        """Whether a fault that changes the tenant as such is switched on."""
        return any(rule.what == what for _, rule in self._rules)

    def reads(self, what: What, otherwise: int) -> int:
        """How many reads this fault lasts; `otherwise` where it is not switched on."""
        return next((rule.reads for _, rule in self._rules if rule.what == what), otherwise)

    def take(self, request: Asked, only: Collection[What] = ()) -> list[Rule]:
        """The rules that strike this request, each counted.

        Those that spoil a download wait for it: they strike only when `only` names them.
        """
        struck: list[Rule] = []
        for place, rule in self._rules:
            key = (place, request.path.lower() if rule.per_path else "")
            due = rule.what in only if only else rule.what not in DOWNLOADS
            if not due or not rule.meets(request):
                continue
            if self._spared[key] < rule.skip:
                self._spared[key] += 1
            elif rule.times is None or self._hits[key] < rule.times:
                self._hits[key] += 1
                struck.append(rule)
        return struck
