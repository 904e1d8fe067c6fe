"""What Exchange answers when a cmdlet fails; the reason that a person wants stands in `details`."""

from collections.abc import Mapping
from typing import Any

from licenseiq_demo.wire import GraphError

NO_WARNINGS: dict[str, Any] = {"adminapi.warnings@odata.type": "#Collection(String)", "@adminapi.warnings": []}
SERVER = "DEMOPR01A001DC01.DEMOPR01A001.PROD.OUTLOOK.COM"


class CmdletError(GraphError):
    """A cmdlet that failed: `status` 400 or 404, one detail `id|type|text`."""

    def __init__(self, status: int, code: str, kind: str, text: str) -> None:
        super().__init__(status, code, "Error executing cmdlet")
        self.detail = f"|{kind}|{text}"

    def body(self, inner: Mapping[str, str]) -> dict[str, Any]:
        """Exchange's own envelope; nothing of `inner` is in it."""
        error = {
            "code": self.code,
            "message": self.message,
            "details": [{"code": "Client", "target": "", "message": self.detail}],
            "innererror": {
                "message": "Error executing cmdlet",
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "internalexception": {
                    "message": "Exception of type 'Microsoft.Exchange.Management.PSDirectInvoke."
                    "DirectInvokeCmdletExecutionException' was thrown.",
                    "type": "Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException",
                },
            },
        }
        return {"error": error, **NO_WARNINGS}


def not_found(identity: str) -> CmdletError:
    """No such recipient, or none that can be seen without a switch."""
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on '{SERVER}'."
    return CmdletError(
        404, "NotFound", "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", text
    )


def refused(text: str, kind: str = "System.InvalidOperationException") -> CmdletError:
    """The cmdlet does not do this to this object."""
    return CmdletError(400, "BadRequest", kind, text)


def wrong_parameter(text: str) -> CmdletError:
    """PowerShell's own refusal of the parameters."""
    return CmdletError(400, "BadRequest", "System.Management.Automation.ParameterBindingException", text)


def mastered_elsewhere(name: str, parameter: str) -> CmdletError:
    """The local directory masters this property."""
    return refused(
        f"The operation on mailbox \"{name}\" failed because it's out of the current user's write scope. The action "
        f"'Set-Mailbox', '{parameter}', can't be performed on the object '{name}' because the object is being "
        "synchronized from your on-premises organization. This action should be performed on the object in your "
        "on-premises organization."
    )
