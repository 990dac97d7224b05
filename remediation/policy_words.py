"""How is each word of a policy read? Ids, names, patterns, dates and durations. Pure: no clock, no network, no logging.

Scalars arrive as the text that was written (see `policy_file`), so that no rule of YAML turns `on`, `no` or a date into
something else; here each is given its type, or refused in a sentence.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from remediation.model import ResourceId
from remediation.settings import GUID

RuleName = Literal[
    "public-access",
    "network-acls",
    "endpoint-missing",
    "endpoint-state",
    "connection-state",
    "zone-missing",
    "zone-link",
    "zone-group",
    "record",
]

PLACEHOLDER = "{account}"

# Microsoft.Network/privateEndpoints and networkInterfaces: 2-64 and 1-80 characters (resource-name-rules.md).
LONGEST_ENDPOINT_NAME = 64
LONGEST_NIC_NAME = 80


def _guid(text: str) -> str:
    if not GUID.fullmatch(text):
        raise ValueError("not a subscription id: 32 hexadecimal digits in groups of 8-4-4-4-12")
    return text.lower()


def _group_name(text: str) -> str:
    if not re.fullmatch(r"[\w.()-]{0,89}[\w()-]", text):
        raise ValueError("not the name of a resource group")
    return text


def _group_id(text: str) -> str:
    parts = re.fullmatch(r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/?", text, re.IGNORECASE)
    if parts is None or not GUID.fullmatch(parts[1]):
        raise ValueError("not the id of a resource group: /subscriptions/…/resourceGroups/…")
    _group_name(parts[2])
    return text.rstrip("/")


def _only(type_: str) -> Callable[[ResourceId], ResourceId]:
    def check(value: ResourceId) -> ResourceId:
        if value.type != type_.casefold():
            raise ValueError(f"the id of a {value.type}, where that of a {type_} belongs")
        return value

    return check


def _name_pattern(longest: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        sample = text.replace(PLACEHOLDER, "xx")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9_]", sample):
            raise ValueError(
                f"not a name: letters, digits, dots, dashes and underscores, and {PLACEHOLDER}"
            )
        if len(sample) > longest:
            raise ValueError(f"longer than the {longest} characters that Azure allows")
        return text

    return check


def _account_pattern(text: str) -> str:
    if "/" in text:
        _only("Microsoft.CognitiveServices/accounts")(ResourceId.parse(text))
    return text


def _end(text: object) -> object:
    """A plain date lasts to its end; a time without a zone is UTC."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(text)):
            return datetime.combine(date.fromisoformat(str(text)), time.max, UTC)
        moment = datetime.fromisoformat(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("not a date: write 2026-12-31 or 2026-12-31T18:00:00Z") from error


_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _duration(text: object) -> object:
    parts = re.fullmatch(r"([0-9]{1,4})([mhd])", str(text))
    if parts is None:
        raise ValueError("not a duration: write minutes, hours or days, such as 30m, 2h or 1d")
    return timedelta(**{_UNITS[parts[2]]: int(parts[1])})


def _same_name(override: tuple[str, ResourceId]) -> tuple[str, ResourceId]:
    name, zone = override
    if zone.name.casefold() != name.casefold():
        raise ValueError(f"the id of zone {zone.name}, where that of {name} belongs")
    return override


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

SubscriptionId = Annotated[str, AfterValidator(_guid)]
GroupId = Annotated[str, AfterValidator(_group_id)]
GroupName = Annotated[str, AfterValidator(_group_name)]
AccountPattern = Annotated[Text, AfterValidator(_account_pattern)]
EndpointName = Annotated[str, AfterValidator(_name_pattern(LONGEST_ENDPOINT_NAME))]
NicName = Annotated[str, AfterValidator(_name_pattern(LONGEST_NIC_NAME))]

VnetId = Annotated[ResourceId, AfterValidator(_only("Microsoft.Network/virtualNetworks"))]
SubnetId = Annotated[ResourceId, AfterValidator(_only("Microsoft.Network/virtualNetworks/subnets"))]
ZoneId = Annotated[ResourceId, AfterValidator(_only("Microsoft.Network/privateDnsZones"))]
SecurityGroupId = Annotated[
    ResourceId, AfterValidator(_only("Microsoft.Network/applicationSecurityGroups"))
]
ZoneOverride = Annotated[tuple[str, ZoneId], AfterValidator(_same_name)]

Moment = Annotated[datetime, BeforeValidator(_end, json_schema_input_type=str)]
Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
