"""What may a policy say? The sections of the document. Pure: no clock, no network, no logging.

What is left out stands for "all" or for the default; an empty list is refused, because it could mean all as well as
none.
"""

from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
)

from remediation.model import RecordsBy, Recreate, RuleGroup
from remediation.policy_words import (
    PLACEHOLDER,
    AccountPattern,
    Duration,
    EndpointName,
    GroupId,
    GroupName,
    Moment,
    NicName,
    RuleName,
    SecurityGroupId,
    SubnetId,
    SubscriptionId,
    Text,
    VnetId,
    ZoneOverride,
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


class Scope(Selector):
    """Which accounts the policy speaks of."""

    subscriptions: Annotated[tuple[SubscriptionId, ...], FILLED]
    """Ids of the subscriptions whose accounts are watched."""


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

    @property
    def audited(self) -> frozenset[RuleGroup]:
        """The groups whose findings are only reported."""
        modes = {
            RuleGroup.ACCESS: self.access,
            RuleGroup.ENDPOINT: self.endpoint,
            RuleGroup.DNS: self.dns,
        }
        return frozenset(group for group, mode in modes.items() if mode is Mode.AUDIT)


def _for_every_group(value: object) -> object:
    """One word stands for all three."""
    return {group.value: value for group in RuleGroup} if isinstance(value, str) else value


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
    """When the endpoint may be created: `missing` when there is none, or `never`."""


def _beside_names(value: object) -> object:
    """Puts each id beside the name it is given for, so that the two can be compared."""
    return {name: (name, id_) for name, id_ in value.items()} if isinstance(value, dict) else value


class DnsSection(Section):
    """Where the names of each account of the profile must lead."""

    resource_group: GroupId
    """Id of the resource group where the private DNS zones live; it may be in another subscription."""

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
    """Who writes the records: the endpoint's `zone-group`, or Latch itself (`records`)."""


class LimitsSection(Section):
    """How far Latch may go."""

    grace: Duration = timedelta()
    """How long a new account may stay as it was created, such as `30m`, `2h` or `1d`; it is reported all the while."""


def _unique(name: str, info: ValidationInfo) -> str:
    """`info.context` holds the names of the profiles above."""
    seen: set[str] = info.context if info.context is not None else set()
    if name in seen:
        raise ValueError(f"{name!r} names a profile above already")
    seen.add(name)
    return name


class Profile(Section):
    """What is wanted of the accounts that it matches. The first profile that matches an account is the one."""

    name: Annotated[Text, AfterValidator(_unique)]
    """Name of the profile, as reports and alerts show it; unique."""

    match: Selector = Selector()
    """Which accounts of the scope. Default: all."""

    mode: Annotated[Modes, BeforeValidator(_for_every_group, json_schema_input_type=Mode | Modes)]
    """`enforce` remedies what is found, `audit` only reports it; one word for all, or one for each group of rules."""

    public_access: Literal["disabled"] = "disabled"
    """Who may reach the account from outside its private endpoints: nobody."""

    endpoint: EndpointSection | None = None
    """The private endpoint. Left out: the one that the account had when all was well."""

    dns: DnsSection | None = None
    """The names. Left out: the zones and links that there were when all was well."""

    limits: LimitsSection = LimitsSection()
    """How far Latch may go."""


class ExemptionSection(Section):
    """A dated exception; it shows in every report, and lapses by itself."""

    accounts: Annotated[tuple[AccountPattern, ...], FILLED]
    """Ids of accounts, or patterns for their names."""

    rules: Annotated[tuple[RuleName, ...], FILLED] = ()
    """The rules whose findings are left alone. Default: all."""

    until: Moment
    """The last day, or the moment, in UTC."""

    reason: Text
    """Why."""

    owner: Text
    """Who answers for it."""


def _version(text: object) -> object:
    return 1 if text == "1" else text


class Policy(Section):
    """What Latch enforces, on which accounts."""

    version: Annotated[Literal[1], BeforeValidator(_version, json_schema_input_type=Literal[1])]
    """Version of the format."""

    scope: Scope
    """Which accounts the policy speaks of; all others are left alone."""

    profiles: Annotated[tuple[Profile, ...], FILLED]
    """What is wanted. An account takes the first profile that matches it."""

    exemptions: tuple[ExemptionSection, ...] = ()
    """Exceptions, each with an end."""
