"""How the desk signs in to a real tenant, and what its token may do. The reader's credential is never used."""

from collections.abc import Mapping
from dataclasses import dataclass

from licenseiq.errors import NotReadable, SettingsError
from licenseiq_cli.desk_settings import DeskSettings
from licenseiq_desk.permissions import Needed, beyond, blocked_without, missing
from licenseiq_tenant.graph.credentials import login_of, permissions_of, scope_of, static_token, tenant_of
from licenseiq_tenant.graph.person import for_this_process
from licenseiq_tenant.graph.sign_in import TokenSource, cached, names_a_service, sign_in_with


@dataclass(frozen=True, slots=True)
class WriterFound:
    """What was found of the desk's token. `problem` says why there is none now; `says` is False for a token that does
    not name its permissions; `of_steps` are those without which only single steps are not taken."""

    problem: str = ""
    says: bool = False
    missing: tuple[Needed, ...] = ()
    of_steps: tuple[Needed, ...] = ()
    beyond: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What a person should know, nothing where all is well."""
        if self.problem:
            return [f"The desk cannot sign in now, and tries again with each run. {self.problem}"]
        found = [f"The desk's app lacks {one.permission}, {one.what_for}. Grant it in Entra." for one in self.missing]
        if self.of_steps:
            names = ", ".join(one.permission for one in self.of_steps)
            found.append(
                f"The desk's app does not have {names}. Steps that take one of them are held back or handed to a "
                "person, unless Exchange itself allows it: docs/desk.md says which, grant what you want."
            )
        if self.beyond:
            found.append(f"The desk's app may do more than it needs: {', '.join(self.beyond)}. Take it away in Entra.")
        return found


def writer_source(
    known: DeskSettings, environ: Mapping[str, str], *, person: bool = False, url: str | None = None
) -> TokenSource:
    """Tokens of the desk's own registration, in memory only, for Graph or for the API at `url`. `person`: somebody
    signs in by a code for as long as this process lives. Raises SettingsError when nothing says how to sign in."""
    if known.token is not None:
        return static_token(known.token)
    client_id = known.client_id or ""
    login = known.login_url or login_of(known.graph_url, environ)
    scope = scope_of(url or known.graph_url)
    if person:
        return cached(lambda: for_this_process(known.tenant_id, client_id, login), scope)
    certificate = str(known.certificate) if known.certificate is not None else None
    given = {name: value for name, value in environ.items() if name != "AZURE_CLIENT_CERTIFICATE_PATH"}
    if not names_a_service(given, certificate):
        raise SettingsError(
            "Nothing says how the desk signs in.",
            "Set LICENSEIQ_WRITER_CERTIFICATE_PATH, or AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential in the desk's "
            "environment; or sign in yourself with 'licenseiq desk --sign-in'.",
        )
    return cached(lambda: sign_in_with(known.tenant_id, client_id, login, given, certificate), scope)


async def look(source: TokenSource, tenant_id: str) -> WriterFound:
    """Asks for a token and reads what it may do. Raises SettingsError for another tenant's, or when it cannot come."""
    try:
        token = await source()
    except NotReadable as error:
        return WriterFound(problem=str(error))
    if tenant_of(token) not in (None, tenant_id):
        raise SettingsError(
            "The desk's sign-in gave a token for another tenant than LICENSEIQ_TENANT_ID names.",
            "Set LICENSEIQ_TENANT_ID and LICENSEIQ_WRITER_CLIENT_ID to ids of the same tenant.",
        )
    granted = permissions_of(token)
    if granted is None:
        return WriterFound()
    return WriterFound(says=True, missing=missing(granted), of_steps=blocked_without(granted), beyond=beyond(granted))
