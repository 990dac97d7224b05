"""What may stand in the parts of a policy? Pure: no clock, no network, no logging.

What is left out stands for "all" or for the default; an empty list is refused, because it could mean all as well as
none.
"""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticKnownError

from remediation.desired import RecordsBy, Recreate, RuleGroup
from remediation.policy_words import (
    PLACEHOLDER,
    EndpointName,
    GroupId,
    GroupName,
    HostName,
    NicName,
    OtherConnection,
    Ranges,
    SecurityGroupId,
    SubnetId,
    Subnets,
    SubscriptionId,
    Text,
    VnetId,
    ZoneOverride,
    refuse,
)


def _filled[T: (tuple[object, ...], dict[str, object])](value: T) -> T:
    if not value:
        raise ValueError("must not be empty")
    return value


FILLED = AfterValidator(_filled)


class Section(BaseModel):
    """A mapping of the document: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Selector(Section):
    """Which accounts: all conditions that are given must hold. Nothing is compared with case but the values of tags."""

    subscriptions: Annotated[tuple[SubscriptionId, ...], FILLED] = ()
    """Ids of subscriptions."""

    resource_groups: Annotated[tuple[Text, ...], FILLED] = ()
    """Patterns for the name of the account's resource group, such as `rg-ai-*`."""

    kinds: Annotated[tuple[Text, ...], FILLED] = ()
    """Kinds of account, such as `OpenAI` and `AIServices`."""

    names: Annotated[tuple[Text, ...], FILLED] = ()
    """Patterns for the account's name, such as `aoai-*`."""

    tags: Annotated[dict[Text, str], FILLED] = {}
    """Tags that the account must all bear."""


def _all_or_some(value: object) -> object:
    """Empty stands for all, and cannot be written."""
    if value == "all":
        return ()
    if isinstance(value, list | tuple) and not value:
        raise ValueError("must not be empty; write all for every subscription that Latch can see")
    return value


class Scope(Selector):
    """Which accounts the policy speaks of."""

    subscriptions: Annotated[
        tuple[SubscriptionId, ...],
        BeforeValidator(_all_or_some, json_schema_input_type=Literal["all"] | tuple[str, ...]),
    ]
    """Ids of the subscriptions whose accounts are watched, or `all`: every subscription in which Latch was given its
    roles. A new one under the same management group is then picked up by itself."""


class Mode(StrEnum):
    """Whether findings are remedied, or only reported."""

    ENFORCE = "enforce"
    AUDIT = "audit"


class Modes(Section):
    """One mode for each group of rules."""

    access: Mode
    """Public network access and network rules."""

    endpoint: Mode
    """The private endpoint and its connection."""

    dns: Mode
    """Zones, links, zone group and records."""

    def of(self, group: RuleGroup) -> Mode:
        """The mode of one group."""
        modes = {
            RuleGroup.ACCESS: self.access,
            RuleGroup.ENDPOINT: self.endpoint,
            RuleGroup.DNS: self.dns,
        }
        return modes[group]


def for_every_group(value: object) -> object:
    """One word stands for all three."""
    return {group.value: value for group in RuleGroup} if isinstance(value, str) else value


def word_or_mapping(words: Mapping[str, object], schema: object) -> BeforeValidator:
    """What each word stands for; a mapping is read as the section that it is."""

    def read(value: object) -> object:
        if isinstance(value, dict):
            return value
        if isinstance(value, str) and value in words:
            return words[value]
        known = ", ".join(map(repr, words))
        raise PydanticKnownError("literal_error", {"expected": f"{known} or a mapping"})

    return BeforeValidator(read, json_schema_input_type=schema)


class SelectedSection(Section):
    """The networks that may reach the account from outside its private endpoints; what else it lets in is removed."""

    ranges: Annotated[Ranges, FILLED] = ()
    """Public IPv4 ranges such as `203.0.113.0/24`, not wider than /16, and single addresses; at most 100, none within
    another. The service refuses private ranges, /31 and /32."""

    subnets: Annotated[Subnets, FILLED] = ()
    """Ids of subnets that have the service endpoint `Microsoft.CognitiveServices`; at most 100."""

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not (self.ranges or self.subnets):
            raise ValueError("names neither ranges nor subnets; write disabled to let nobody in")
        return self


class AccessSection(Section):
    """Who may reach the account from outside its private endpoints."""

    selected: SelectedSection
    """These networks, and nobody else."""


class OutboundSection(Section):
    """What the account itself may reach."""

    allow: Annotated[tuple[HostName, ...], FILLED]
    """Names of hosts. The account may reach fewer, never more."""


class EndpointSection(Section):
    """The private endpoint that each account of the profile must have."""

    subnet: SubnetId
    """Id of the subnet where the endpoint gets its addresses. The endpoint lives in its network's region and
    subscription, wherever the account is."""

    resource_group: GroupName | None = None
    """Name of the endpoint's resource group, in the network's subscription. Default: the network's group."""

    name: EndpointName = f"pe-{PLACEHOLDER}"
    """Name of the endpoint; `{account}` stands for the account's name. Accounts of the same name in different groups
    need profiles with different names or groups."""

    static_ips: Annotated[dict[Text, IPv4Address], FILLED] = {}
    """Fixed addresses, one for each member (`default`; for AIServices also `secondary` and `third`). Only for a profile
    that matches one account. Default: the subnet gives addresses."""

    application_security_groups: Annotated[tuple[SecurityGroupId, ...], FILLED] = ()
    """Ids of the application security groups that the endpoint joins."""

    tags: Annotated[dict[Text, str], FILLED] = {}
    """Tags of the endpoint."""

    nic_name: NicName | None = None
    """Name of the endpoint's network interface; `{account}` stands for the account's name. Default: Azure names it."""

    recreate: Recreate = Recreate.MISSING
    """When the endpoint may be created: `missing` when there is none; `broken` also when it failed, was rejected or
    disconnected, or lacks a member, and then it is deleted first; or `never`."""

    other_connections: Annotated[tuple[OtherConnection, ...], FILLED] = ()
    """Endpoints that may be connected beside this one: ids of endpoints, ids of subscriptions for all in them, or `*`.
    Default: none; others are reported, never removed."""


def _beside_names(value: object) -> object:
    """Puts each id beside the name it is given for, so that the two can be compared."""
    return {name: (name, id_) for name, id_ in value.items()} if isinstance(value, dict) else value


class DnsSection(Section):
    """Where the names of each account of the profile must lead."""

    resource_group: GroupId | None = None
    """Id of the resource group where the private DNS zones live; it may be in another subscription. Required, unless
    records are `external`."""

    zones: Annotated[
        dict[str, ZoneOverride],
        BeforeValidator(_beside_names, json_schema_input_type=dict[str, str]),
        FILLED,
    ] = {}
    """Ids of single zones that live elsewhere, by the name of the zone."""

    link: Annotated[tuple[VnetId, ...], FILLED] = ()
    """Ids of the virtual networks whose clients must find the zones. Default: the network of the endpoint."""

    resolution_policy: Literal["Default", "NxDomainRedirect"] = "Default"
    """What a linked network answers for names that the zone lacks: nothing, or what public DNS says."""

    records: RecordsBy = RecordsBy.ZONE_GROUP
    """Who writes the records: the endpoint's `zone-group`, Latch itself (`records`), or somebody else (`external`). In
    the last case zones, links and records are never written, and names are judged by the proof alone."""

    custom_servers: Annotated[tuple[IPv4Address, ...], FILLED] = ()
    """DNS servers that the endpoint's network may name; they must forward the public names. Default: none, so that
    others than Azure's resolver are reported."""

    @model_validator(mode="after")
    def _fits_who_writes(self) -> Self:
        if self.records is not RecordsBy.EXTERNAL:
            if self.resource_group is None:
                raise ValueError("resource_group is required, unless records are external")
            return self
        idle = sorted(self.model_fields_set & {"zones", "link", "resolution_policy"})
        refuse({(name,): "nothing is written where records are external" for name in idle})
        return self
