"""Who is at the terminal? Asked once at the start, so that a person without a sign-in reads one sentence about it."""

import base64
import json
from collections.abc import Mapping

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError

from remediation.errors import Forbidden

_LONGEST = 200
# access-token-claims-reference.md: tokens of version 1.0 have upn or unique_name, those of 2.0 preferred_username.
_NAMES = ("upn", "unique_name", "preferred_username", "app_displayname", "appid")


async def signed_in(credential: AsyncTokenCredential, scope: str) -> Mapping[str, str]:
    """Name and object id as the HTTP interface has them in its headers; Forbidden when there is no token."""
    try:
        token = await credential.get_token(scope)
    except AzureError as error:
        raise Forbidden(
            f"nobody is signed in: {_reason(str(error))}", code="NotSignedIn"
        ) from error
    claims = _claims(token.token)
    name = next((claims[each] for each in _NAMES if claims.get(each)), "")
    return {
        "x-ms-client-principal-name": name,
        "x-ms-client-principal-id": claims.get("oid", ""),
    }


def _claims(token: str) -> dict[str, str]:
    """For the record only, so nothing is verified: Azure does that. A token that is no JWT has none."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    if not isinstance(claims, dict):
        return {}
    return {name: value for name, value in claims.items() if isinstance(value, str)}


def _reason(text: str) -> str:
    """The last credential that was tried says most; the first line only says that all of them failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    tried = [line for line in lines if "Credential: " in line]
    return (tried or lines or ["no token"])[-1 if tried else 0][:_LONGEST].rstrip(".")
