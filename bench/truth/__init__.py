"""What ought to be found in a demo tenant, from what happened to each account and purchase.

Written from the causes, by what the findings mean, and never by what the rules of the product say: where the two
differ, the difference is what the benchmark is for.
"""

from bench.truth.expected import Expected, Prices
from bench.truth.people import of_people
from bench.truth.purchases import of_seats, of_subscriptions
from licenseiq_demo.tenant import DemoTenant

__all__ = ["Expected", "Prices", "truth_of"]


def truth_of(tenant: DemoTenant, prices: Prices) -> tuple[Expected, ...]:
    """Everything that ought to be said of this tenant, and what may be said of it. `prices` are those of a seat and
    month; a SKU without one is not in it."""
    return (*of_people(tenant, prices), *of_seats(tenant, prices), *of_subscriptions(tenant))
