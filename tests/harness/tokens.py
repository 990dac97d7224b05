"""Who is calling? Tokens as Entra ID issues them, and the claims that events show of them."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Literal, cast

from tests.harness.clock import LabClock
from tests.harness.world import Caller, Json

ARM = "https://management.azure.com"
# Both names of ARM are one audience.
SAME = {"https://management.core.windows.net": ARM}

CLAIMS = "http://schemas.microsoft.com/identity/claims"
SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"


class TokenError(Exception):
    """A token that opens nothing. `code` is ARM's word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Tokens:
    """Issues tokens with the lab's key, and reads them."""

    def __init__(
        self, clock: LabClock, tenant: str = "99999999-9999-4999-8999-999999999999"
    ) -> None:
        self.clock = clock
        self._tenant = tenant
        self._key = b"the lab signs with this key, and it opens nothing elsewhere"

    def issue(self, caller: Caller, audience: str, seconds: float = 86400) -> str:
        """A signed token for `caller`, good for `seconds` of the lab's time."""
        now = int(self.clock.time())
        claims = {
            "aud": audience,
            "iss": self._issuer,
            "iat": now,
            "nbf": now,
            "exp": now + int(seconds),
            "oid": caller.object_id,
            "sub": caller.object_id,
            "tid": self._tenant,
            "appid": caller.client_id,
            "idtyp": "user" if caller.kind == "user" else "app",
            "name": caller.name,
            "ipaddr": caller.ip,
            "roles": list(caller.roles),
            "ver": "1.0",
        }
        signed = f"{_pack({'typ': 'JWT', 'alg': 'HS256'})}.{_pack(claims)}"
        return f"{signed}.{_encode(self._sign(signed))}"

    def read(self, token: str, audience: str) -> Caller:
        """The caller whom the token names. Raises TokenError."""
        claims = self._claims(token)
        if _plain(str(claims["aud"])) != _plain(audience):
            raise TokenError(
                "InvalidAuthenticationTokenAudience",
                f"The access token has been obtained for wrong audience or resource '{claims['aud']}'. It should "
                f"exactly match with one of the allowed audiences '{audience}'.",
            )
        if float(claims["exp"]) <= self.clock.time():
            raise TokenError(
                "ExpiredAuthenticationToken", "The access token expiry time is in the past."
            )
        return Caller(
            claims["name"],
            claims["oid"],
            claims["appid"],
            cast("Literal['user', 'app']", claims["idtyp"]),
            tuple(claims["roles"]),
            claims["ipaddr"],
        )

    def event_claims(self, caller: Caller) -> dict[str, str]:
        """The claims as Event Grid shows them. Source: SubscriptionEvents samples, event-schema-subscriptions.md."""
        if caller.kind == "platform":
            return {}
        now = int(self.clock.time())
        common = {
            "aud": "https://management.core.windows.net/",
            "iss": self._issuer,
            "iat": str(now),
            "nbf": str(now),
            "exp": str(now + 86400),
            "appid": caller.client_id,
            f"{CLAIMS}/objectidentifier": caller.object_id,
            f"{CLAIMS}/tenantid": self._tenant,
            "uti": "REDACTED",
            "ver": "1.0",
        }
        return common | (_person(caller) if caller.kind == "user" else self._app(caller))

    @property
    def _issuer(self) -> str:
        return f"https://sts.windows.net/{self._tenant}/"

    def _app(self, caller: Caller) -> dict[str, str]:
        return {
            "appidacr": "2",
            "idtyp": "app",
            f"{CLAIMS}/identityprovider": self._issuer,
            f"{SOAP}/nameidentifier": caller.object_id,
        }

    def _claims(self, token: str) -> Json:
        malformed = TokenError("InvalidAuthenticationToken", "The access token is invalid.")
        signed, _, signature = token.rpartition(".")
        if signed.count(".") != 1:
            raise malformed
        try:
            genuine = hmac.compare_digest(_decode(signature), self._sign(signed))
            claims: Json = json.loads(_decode(signed.partition(".")[2]))
        except (binascii.Error, ValueError):
            raise malformed from None
        if not genuine:
            raise malformed
        return claims

    def _sign(self, signed: str) -> bytes:
        return hmac.digest(self._key, signed.encode(), hashlib.sha256)


def _person(caller: Caller) -> dict[str, str]:
    first, _, last = caller.name.partition(" ")
    upn = caller.name if "@" in caller.name else f"{first.casefold()}@contoso.example"
    return {
        "appidacr": "0",
        "idtyp": "user",
        "ipaddr": caller.ip,
        "name": caller.name,
        "groups": "55555555-5555-4555-8555-555555555555",
        "wids": "REDACTED",
        "puid": "REDACTED",
        "http://schemas.microsoft.com/claims/authnclassreference": "1",
        "http://schemas.microsoft.com/claims/authnmethodsreferences": "pwd,mfa",
        f"{CLAIMS}/scope": "user_impersonation",
        f"{SOAP}/givenname": first,
        f"{SOAP}/surname": last,
        f"{SOAP}/name": upn,
        f"{SOAP}/upn": upn,
        f"{SOAP}/nameidentifier": "REDACTED",
    }


def _plain(audience: str) -> str:
    plain = audience.rstrip("/")
    return SAME.get(plain, plain)


def _pack(value: Json) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(value: str) -> bytes:
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars="-_", validate=True)
