"""The tenant itself: organization, products, subscriptions, report settings."""

from typing import Any

from licenseiq_demo import odata
from licenseiq_demo.catalogue import Plan, by_id
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.names import DOMAIN, GUEST_DOMAIN, TENANT_NAME
from licenseiq_demo.seats import Line
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity

_P1 = {"service": "AADPremiumService", "servicePlanId": "41781fb2-bc02-4b7c-bd55-b576c07bb09d"}


def organization(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /organization`: one tenant, with the plans that were assigned to it."""
    plan: dict[str, Any] = {"assignedDateTime": "2021-02-01T08:00:00Z", "capabilityStatus": "Enabled"}
    plans = [] if state.faults.on("no_p1") else [plan | _P1]
    exchange = {"service": "exchange", "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0"}
    fields = {
        "id": state.tenant.tenant_id,
        "displayName": TENANT_NAME,
        "tenantType": "AAD",
        "countryLetterCode": "GB",
        "preferredLanguage": "en",
        "createdDateTime": "2014-05-19T08:00:00Z",
        "onPremisesSyncEnabled": True,
        "technicalNotificationMails": [f"it@{DOMAIN}"],
        "verifiedDomains": [
            {"name": DOMAIN, "isDefault": True, "isInitial": False, "type": "Managed"},
            {"name": GUEST_DOMAIN, "isDefault": False, "isInitial": True, "type": "Managed"},
        ],
        "assignedPlans": [*plans, plan | exchange],
    }
    names = odata.select(request)
    return collection(request, "organization", [odata.only(fields, names) if names else fields])


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "servicePlanId": plan.plan_id,
        "servicePlanName": plan.name,
        "provisioningStatus": "Success",
        "appliesTo": "Company" if plan.name == "EXCHANGE_S_FOUNDATION" else "User",
    }


def _sku(tenant_id: str, line: Line, consumed: int) -> dict[str, Any]:
    sku = line.sku
    return {
        "id": f"{tenant_id}_{sku.sku_id}",
        "accountId": tenant_id,
        "accountName": "larkfield",
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": consumed,
        "prepaidUnits": {
            "enabled": line.enabled,
            "suspended": line.suspended,
            "warning": line.warning,
            "lockedOut": 0,
        },
        "skuId": sku.sku_id,
        "skuPartNumber": sku.part,
        "subscriptionIds": list(line.subscription_ids),
        "servicePlans": [_plan(plan) for plan in sku.plans],
    }


def subscribed_skus(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /subscribedSkus`: everything on one page; no `$filter`."""
    if "$filter" in request.query:
        raise GraphError(400, "Request_UnsupportedQuery", "Filter is not supported on this resource.")
    tenant = state.tenant
    rows = [_sku(tenant.tenant_id, line, tenant.consumed[sku_id]) for sku_id, line in tenant.lines.items()]
    names = odata.select(request)
    return collection(request, "subscribedSkus", [odata.only(row, names) if names else row for row in rows])


def subscriptions(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /directory/subscriptions`: renewal dates, trials, and whose purchase it is."""
    rows = []
    for made in state.tenant.subscriptions:
        rows.append(made | {"serviceStatus": [_plan(plan) for plan in by_id()[made["skuId"]].plans]})
    names = odata.select(request)
    return collection(request, "directory/subscriptions", [odata.only(row, names) if names else row for row in rows])


def report_settings(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /admin/reportSettings`: `displayConcealedNames` is true when names are hidden."""
    concealed = state.faults.on("concealed_names")
    return entity(request, "admin/reportSettings/$entity", {"displayConcealedNames": concealed})
