"""A purchase that a person seems to have made, not the organisation.

Whoever may buy for themselves does so past the administrators, who cannot even give out its seats (Microsoft: "Remove
licenses from users"). Graph names the type of the owner, "User" also where an administrator has bought; so this is
for a person to look at, in the admin centre's list of self-service purchases, and no claim on any seat. It must not
claim what a partner has made, nor free SKUs. Source: resource `companySubscription`, ownerType and ownerTenantId.
"""

from licenseiq.context import Context
from licenseiq.findings.finding import Confidence, Evidence, Finding
from licenseiq.findings.purchases import is_of_interest, money_evidence
from licenseiq.readings import Source
from licenseiq.seats import Subscription

KIND = "self_service_purchase"


def self_service_purchase(subscription: Subscription, context: Context) -> Finding | None:
    """The finding, always for review: Graph does not tell self-service apart."""
    if (subscription.owner_type or "").lower() != "user" or subscription.owner_tenant_id is not None:
        return None
    if not is_of_interest(subscription, context):
        return None
    created = subscription.created
    return Finding(
        kind=KIND,
        user_id=None,
        sku_ids=(subscription.sku_id,),
        seats=subscription.total or 0,
        confidence=Confidence.UNKNOWN,
        reason="A user owns this purchase: the admin centre tells whether it is a self-service purchase.",
        evidence=(
            Evidence("owner_type", "User", Source.SUBSCRIPTIONS),
            Evidence("bought_on", created.date().isoformat() if created else None, Source.SUBSCRIPTIONS),
            Evidence("is_trial", subscription.is_trial, Source.SUBSCRIPTIONS),
            *money_evidence(subscription, context),
        ),
        claims_seats=False,
        subject=subscription.subscription_id,
    )
