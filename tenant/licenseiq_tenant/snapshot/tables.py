"""Which tables hold what was read of a source, and which belong to a generation or an evaluation."""

from licenseiq.readings import Source

USAGE_TABLES = {
    Source.ACTIVE_USERS: "product_use",
    Source.APPS: "app_use",
    Source.MAILBOXES: "mailbox",
    Source.ONEDRIVE: "drive",
    Source.TEAMS: "teams_use",
    Source.SHAREPOINT: "sharepoint_use",
    Source.EMAIL: "email_use",
    Source.ACTIVATIONS: "activation",
    Source.COPILOT: "copilot_use",
}
ROLE_TABLES = {Source.ROLES: "role_holder", Source.ELIGIBLE_ROLES: "eligible_role"}
# Tables whose rows belong to a generation.
OF_GENERATION = (
    "person",
    "assignment",
    *ROLE_TABLES.values(),
    "licensing_group",
    "group_member",
    "excluded_group",
    "excluded_member",
    "seat_line",
    "subscription",
    "organization",
    *USAGE_TABLES.values(),
    "sign_in",
    "manager",
    "left_over",
    "reading",
)
OF_EVALUATION = ("evaluation_source", "holder", "holder_seat", "finding", "claim")
