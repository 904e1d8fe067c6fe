"""Several plans at once: what needs the most attention is read first, and why."""

from dataclasses import replace

from licenseiq.ports import Protection
from licenseiq.proposals.attention import Attention, attention
from tests.desk.fakes import blocker, opening, plan_for

NOBODY: dict[str, Protection] = {}


def seen(people: int = 1, **more: object) -> Attention:
    plan = plan_for(people, **more)
    return attention(plan, {f"s{n}": opening(n) for n in range(1, people + 1)}, NOBODY)


def claimed(confidence: str) -> Attention:
    one = opening(1)
    findings = [{"kind": "unused_addon", "confidence": confidence, "reason": "no use"}]
    return attention(plan_for(), {"s1": replace(one, values={**one.values, "findings": findings})}, NOBODY)


def test_protected_people_come_before_doubt_doubt_before_blocks_blocks_before_size_and_size_before_money() -> None:
    plan, values = plan_for(), {"s1": opening(1)}
    protected = attention(plan, values, {"s1": Protection(readable=True, roles=("x",))})
    unread = attention(plan, values, {"s1": Protection(readable=False)})
    order = [
        protected,
        claimed("likely"),
        seen(blockers=(blocker(3),)),
        seen(5),
        seen(money={"USD": 90_000_000}),
        seen(),
    ]
    assert sorted(order, key=lambda one: one.rank) == order
    assert unread.rank == protected.rank, "who cannot be read counts as protected"


def test_it_says_why() -> None:
    assert seen().words() == []
    assert claimed("certain").words() == []
    assert claimed("unknown").words() == ["s1 is in it by a claim that is not certain"]
    assert seen(blockers=(blocker(1, 3),)).words() == ["2 steps are blocked, and not taken"]
    values = {f"s{n}": opening(n) for n in range(1, 8)}
    many = attention(plan_for(7), values, dict.fromkeys(values, Protection(readable=False)))
    assert many.words() == ["s1, s2, s3, s4, s5 and 2 more are protected, and not touched"]


def test_somebody_who_was_erased_is_in_doubt() -> None:
    assert attention(plan_for(2), {"s1": opening(1)}, NOBODY).unsure == ("s2",)
