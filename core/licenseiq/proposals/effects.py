"""How an effect can fail. Texts here hold no body of Graph and no tenant text: `code` is Graph's error code."""

from licenseiq.errors import LicenseIQError


class EffectRefused(LicenseIQError):
    """The tenant said no. Nothing changed; sending it again would be refused again."""

    def __init__(self, what_happened: str, next_step: str = "", *, code: str) -> None:
        super().__init__(what_happened, next_step)
        self.code = code


class EffectUncertain(LicenseIQError):
    """The connection broke after the request left: it may have happened. Only reading the tenant tells."""


class EffectWaits(LicenseIQError):
    """Throttled, or a credential is missing: nothing was done; try again after `seconds`."""

    def __init__(self, what_happened: str, next_step: str = "", *, seconds: float) -> None:
        super().__init__(what_happened, next_step)
        self.seconds = seconds
