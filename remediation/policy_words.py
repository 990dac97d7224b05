"""How is each word of a policy read? Ids, names, patterns, dates and durations. Pure: no clock, no network, no logging.

Scalars arrive as the text that was written (see `policy_file`), so that no rule of YAML turns `on`, `no` or a date into
something else; here each is given its type, or refused in a sentence.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails

from remediation.ids import ResourceId
from remediation.texts import GUID

RuleName = Literal[
    "public-access",
    "network-acls",
    "ip-rules",
    "subnet-rules",
    "bypass",
    "local-auth",
    "outbound",
    "network-injection",
    "custom-subdomain",
    "network-support",
    "perimeter",
    "endpoint-missing",
    "endpoint-state",
    "connection-state",
    "endpoint-members",
    "endpoint-settings",
    "unknown-connection",
    "subnet-policies",
    "zone-missing",
    "zone-link",
    "link-settings",
    "zone-group",
    "record",
    "record-ttl",
    "custom-dns",
]

PLACEHOLDER = "{account}"

# Microsoft.Network/privateEndpoints and networkInterfaces: 2-64 and 1-80 characters (resource-name-rules.md).
LONGEST_ENDPOINT_NAME = 64
LONGEST_NIC_NAME = 80

# The account takes 100 rules of each sort (cognitive-services-virtual-networks.md); /16 is our own bound.
MOST_RULES = 100
WIDEST_RANGE = 16
# "/31 and /32 CIDR refused, use single addresses" (azure-powershell#25455).
_SMALLEST_RANGE = 30

# The service takes public addresses only (cognitive-services-virtual-networks.md); the rest by RFC 6890 and RFC 1112.
_PRIVATE = "private (RFC 1918); name its subnet instead"
_NOT_PUBLIC = {
    IPv4Network("0.0.0.0/8"): "no network",
    IPv4Network("10.0.0.0/8"): _PRIVATE,
    IPv4Network("100.64.0.0/10"): "a carrier's own",
    IPv4Network("127.0.0.0/8"): "loopback",
    IPv4Network("169.254.0.0/16"): "link-local",
    IPv4Network("172.16.0.0/12"): _PRIVATE,
    IPv4Network("192.168.0.0/16"): _PRIVATE,
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved",
}


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


def refuse(mistakes: Mapping[tuple[int | str, ...], str]) -> None:
    """Raises what is wrong with parts of a value, each at the way to its part; nothing when there are none."""
    if mistakes:
        lines = [
            InitErrorDetails(type="value_error", loc=way, input=None, ctx={"error": message})
            for way, message in mistakes.items()
        ]
        raise ValidationError.from_exception_data("policy", lines)


def _public_range(text: object) -> object:
    """Narrow enough to be meant, public, and written as the service takes it."""
    try:
        network = IPv4Network(str(text), strict=False)
    except ValueError as error:
        raise ValueError(
            "not an IPv4 range: write 203.0.113.0/24, or one address as 198.51.100.7"
        ) from error
    address, _, prefix = str(text).partition("/")
    if network.prefixlen < WIDEST_RANGE:
        raise ValueError(f"wider than /{WIDEST_RANGE}: name the networks that need the account")
    if prefix and network.prefixlen > _SMALLEST_RANGE:
        single = ", ".join(map(str, network))
        raise ValueError(f"the service refuses /31 and /32: write single addresses ({single})")
    if prefix and address != str(network.network_address):
        raise ValueError(f"{address} is within the range: write {network}")
    kind = next((kind for other, kind in _NOT_PUBLIC.items() if network.overlaps(other)), None)
    if kind is not None:
        raise ValueError(f"not public, but {kind}")
    return network


def _apart(ranges: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
    refuse({(at,): message for at, message in _overlaps(ranges)})
    return ranges


def _overlaps(ranges: tuple[IPv4Network, ...]) -> Iterator[tuple[int, str]]:
    """Of two networks that share an address, one is within the other."""
    for at, inner in enumerate(ranges):
        for before, outer in enumerate(ranges):
            if inner == outer and before < at:
                yield at, f"{_written(inner)} is there twice"
            elif inner != outer and inner.subnet_of(outer):
                yield at, f"{_written(inner)} is within {outer}, which lets it in already"


def _written(network: IPv4Network) -> str:
    return str(network).removesuffix("/32")


def _each_once(subnets: tuple[ResourceId, ...]) -> tuple[ResourceId, ...]:
    twice = [at for at, subnet in enumerate(subnets) if subnet in subnets[:at]]
    refuse({(at,): f"{subnets[at].name} is there twice" for at in twice})
    return subnets


def _few[T: tuple[object, ...]](values: T) -> T:
    if len(values) > MOST_RULES:
        raise ValueError(f"{len(values)} of them, where the service takes {MOST_RULES}")
    return values


_HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}")
_LONGEST_HOST = 253


def _host(text: str) -> str:
    if not _HOST.fullmatch(text) or len(text) > _LONGEST_HOST:
        raise ValueError("not a host name: write api.example.org, without scheme, port and path")
    return text.lower()


def _whose_endpoint(text: str) -> str:
    """The endpoints of a subscription, one endpoint, or all."""
    if text == "*":
        return text
    if "/" in text:
        return _only("Microsoft.Network/privateEndpoints")(ResourceId.parse(text)).text
    if not GUID.fullmatch(text):
        raise ValueError("not the id of a private endpoint or of a subscription, and not '*'")
    return text.lower()


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

OtherConnection = Annotated[Text, AfterValidator(_whose_endpoint)]
HostName = Annotated[Text, AfterValidator(_host)]
Range = Annotated[IPv4Network, BeforeValidator(_public_range, json_schema_input_type=str)]
Ranges = Annotated[tuple[Range, ...], AfterValidator(_few), AfterValidator(_apart)]
Subnets = Annotated[tuple[SubnetId, ...], AfterValidator(_few), AfterValidator(_each_once)]

Moment = Annotated[datetime, BeforeValidator(_end, json_schema_input_type=str)]
Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)]
