"""Who did it? As far as the claims of an event say. Pure."""

from remediation.event_fields import Fields, first, word
from remediation.report import Actor, ActorKind

_OBJECT_ID = ("http://schemas.microsoft.com/identity/claims/objectidentifier", "oid")
_USER_NAMES = ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "upn")
_NAMES = ("name", *_USER_NAMES, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name")


def actor_of(claims: Fields, request: Fields) -> Actor:
    """From the caller's claims alone: the principal in `authorization` may be a group, and is not the caller."""
    kind = _kind(claims)
    app_id = word(claims.get("appid"))
    return Actor(
        kind=kind,
        name=first(claims, _NAMES) or (app_id if kind is ActorKind.APP else ""),
        object_id=first(claims, _OBJECT_ID),
        app_id=app_id,
        ip=word(claims.get("ipaddr")) or word(request.get("clientipaddress")),
    )


def _kind(claims: Fields) -> ActorKind:
    told = word(claims.get("idtyp")).casefold()
    if told in (ActorKind.USER, ActorKind.APP):
        return ActorKind(told)
    if first(claims, ("name", *_USER_NAMES)):
        return ActorKind.USER
    return ActorKind.APP if word(claims.get("appid")) else ActorKind.UNKNOWN
