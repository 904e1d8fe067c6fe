"""What to do about a refused sign-in, by the code of the sign-in service (Entra, "authentication error codes").

The texts are ours: the service's own may hold names of people and of apps.
"""

_PUBLIC_CLIENT = (
    "Switch on 'Allow public client flows' in the reader's app registration, or let a service sign in with "
    "AZURE_CLIENT_CERTIFICATE_PATH or AZURE_CLIENT_SECRET."
)
_CONSENT = (
    "Ask an administrator to consent to the read permissions of the reader's app registration: Entra admin centre, "
    "App registrations, API permissions, 'Grant admin consent'."
)
_POLICY = (
    "The tenant's Conditional Access refuses this way to sign in. Try 'licenseiq connect --browser' on a managed "
    "device; or ask who keeps the policies, or let a service sign in with 'licenseiq connect --certificate'."
)
_MORE_PROOF = (
    "The tenant asks for a further proof, such as MFA or terms of use. Sign in with 'licenseiq connect --browser' and "
    "finish every step there."
)
_AGAIN = "Sign in again with 'licenseiq connect'."

# Cured by a setting, or by whoever keeps the registration: signing in again would not help.
SETTING_CURES = {
    "AADSTS90002": (
        "Check LICENSEIQ_TENANT_ID (or --tenant), and --cloud or LICENSEIQ_LOGIN_URL if the tenant is in a national "
        "cloud."
    ),
    "AADSTS700016": "Check LICENSEIQ_CLIENT_ID (or --client-id): the tenant has no app registration with this id.",
    "AADSTS500011": "Check LICENSEIQ_GRAPH_URL (or --cloud): the tenant's cloud has another Microsoft Graph.",
    "AADSTS65001": _CONSENT,
    "AADSTS90094": _CONSENT,
    "AADSTS7000215": "Check AZURE_CLIENT_SECRET: it takes the secret's value, not the secret's id.",
    "AADSTS7000222": "The secret has expired. Make a new one for the app registration and set AZURE_CLIENT_SECRET.",
    "AADSTS700027": (
        "Upload the certificate of AZURE_CLIENT_CERTIFICATE_PATH (or --certificate) to the reader's app registration; "
        "if it is there, it may have expired."
    ),
    "AADSTS7000218": _PUBLIC_CLIENT,
    "AADSTS50011": (
        "Add the redirect URI http://localhost under 'Mobile and desktop applications' in the reader's app "
        "registration, or sign in with 'licenseiq connect --device-code'."
    ),
    "AADSTS50105": "Assign the person to the reader's enterprise application, or switch 'Assignment required' off.",
}
# Cured by the person who signs in, or by the tenant's policies.
PERSON_CURES = {
    "AADSTS50020": "Sign in with an account of the tenant that LICENSEIQ_TENANT_ID names: this one is from another.",
    "AADSTS50034": "Sign in with an account of the tenant that LICENSEIQ_TENANT_ID names: it does not know this one.",
    "AADSTS90072": "Sign in with an account of the tenant that LICENSEIQ_TENANT_ID names: this one is from another.",
    "AADSTS53000": _POLICY,
    "AADSTS53001": _POLICY,
    "AADSTS53003": _POLICY,
    "AADSTS50076": _MORE_PROOF,
    "AADSTS50079": _MORE_PROOF,
    "AADSTS50158": _MORE_PROOF,
    "AADSTS65004": f"The consent was declined, or the sign-in cancelled. {_AGAIN}",
    "AADSTS70020": f"The code has expired before anybody used it. {_AGAIN}",
    "AADSTS70008": f"The sign-in has expired. {_AGAIN}",
    "AADSTS700082": f"The sign-in has expired, because it was not used for long. {_AGAIN}",
    "AADSTS50173": f"The password was changed or the sessions revoked since. {_AGAIN}",
}
