"""How much may be changed in how short a time. On by default; over a limit means that nothing of a run is begun."""

from dataclasses import dataclass

from licenseiq.policy import Policy

LEAST_PER_DAY = 5
"""A share of a small tenant is never less than so many people."""
LEAST_TO_JUDGE = 5
"""Fewer people than this say nothing about how a run goes."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a run would touch, together with whom runs have touched before: distinct people in the last hour and in the
    last 24 hours, this run's included. `tenant` is how many people the tenant has."""

    run: int
    hour: int
    day: int
    tenant: int


def over(reach: Reach, policy: Policy) -> tuple[str, str] | None:
    """What limit a run would pass, and what to do; None within all of them."""
    share = max(LEAST_PER_DAY, reach.tenant * policy.percent_per_day // 100)
    for found, limit, words in (
        (reach.run, policy.people_per_plan, "in one plan (people_per_plan)"),
        (reach.hour, policy.people_per_hour, "in an hour (people_per_hour)"),
        (reach.day, policy.people_per_day, "in 24 hours (people_per_day)"),
        (reach.day, share, f"in 24 hours, as {policy.percent_per_day} % of the tenant (percent_per_day)"),
    ):
        if found > limit:
            return (
                f"This run would bring the people touched to {found}; the policy allows {limit} {words}. "
                "Nothing of it was begun.",
                "Propose it again later, in smaller parts, or change the policy.",
            )
    return None


def fails_too_often(failed: int, finished: int, policy: Policy) -> bool:
    """Whether so many people of a run failed that somebody should look before it goes on."""
    return finished >= LEAST_TO_JUDGE and failed * 100 > finished * policy.failed_percent
