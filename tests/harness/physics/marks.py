"""Which marks does Azure put on what it keeps: guids, etags, times, who wrote it?"""

import uuid
from datetime import datetime

from tests.harness.world import Caller, Json


def guid() -> str:
    return str(uuid.uuid4())


def network_etag() -> str:
    # Recorded: Network's etags are weak, in the body and in the header.
    return f'W/"{guid()}"'


def account_etag() -> str:
    # Recorded: Cognitive Services keeps the quotes inside the JSON string.
    digits = uuid.uuid4().hex
    return f'"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-0000-{digits[16:28]}"'


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def plain_stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def system_data(caller: Caller, moment: datetime, before: Json | None = None) -> Json:
    kind = "User" if caller.kind == "user" else "Application"
    when = stamp(moment)
    created = before or {"createdBy": caller.name, "createdByType": kind, "createdAt": when}
    return {
        "createdBy": created["createdBy"],
        "createdByType": created["createdByType"],
        "createdAt": created["createdAt"],
        "lastModifiedBy": caller.name,
        "lastModifiedByType": kind,
        "lastModifiedAt": when,
    }


def region(location: str) -> str:
    """ARM's short form of a location: `Japan East` is `japaneast`."""
    return location.replace(" ", "").casefold()
