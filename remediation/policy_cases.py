"""What may stand in a file of policy tests? Each case is an account, what is around it, and what Latch makes of it.

Whatever a case leaves out is as the profile wants it, so that a case says only what is wrong. Pure.
"""

from datetime import timedelta
from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from remediation.ids import ResourceId
from remediation.policy_sections import FILLED, Section
from remediation.policy_words import Duration, Moment, RuleName, SubscriptionId, Text
from remediation.restraint import Reason

ActionName = Literal[
    "CloseAccess",
    "RestrictNetwork",
    "DisableLocalAuth",
    "RestrictOutbound",
    "CreateEndpoint",
    "RemoveBrokenEndpoint",
    "ApproveConnection",
    "AttachZones",
    "CreateZone",
    "LinkZone",
    "PutRecord",
]


def _version(text: object) -> object:
    return 1 if text == "1" else text


def _unique(name: str, info: ValidationInfo) -> str:
    """`info.context` holds the names of the cases above."""
    seen: set[str] = info.context if info.context is not None else set()
    if name in seen:
        raise ValueError(f"{name!r} names a case above already")
    seen.add(name)
    return name


class AccountSection(Section):
    """The account; as it stands without more, nobody but its private endpoint reaches it."""

    name: Text
    """Name of the account."""

    subscription: SubscriptionId | None = None
    """Id of its subscription. Default: the first of the policy's scope."""

    resource_group: Text = "rg-policy-test"
    """Name of its resource group."""

    kind: Text = "OpenAI"
    """Its kind, such as `OpenAI` or `AIServices`."""

    location: Text = "eastus"
    """Its region."""

    tags: dict[Text, str] = Field(default={})
    """Its tags."""

    age: Duration = timedelta(days=365)
    """How long ago it was created, such as `10m`: a profile's grace spares new accounts."""

    subdomain: Text | None = None
    """Its custom subdomain, `none` for none. Default: its name."""

    public_network_access: Literal["Disabled", "Enabled", "SecuredByPerimeter", "not-set"] = (
        "Disabled"
    )
    """The switch of that name."""

    default_action: Literal["Deny", "Allow", "not-set"] = "Deny"
    """What its network rules do with others."""

    ip_rules: tuple[Text, ...] = ()
    """Ranges that its rules let in."""

    subnet_rules: tuple[ResourceId, ...] = ()
    """Ids of subnets that its rules let in."""

    bypass: Literal["None", "AzureServices"] = "None"
    """Whether trusted services pass by the rules."""

    local_auth: Literal["disabled", "enabled"] = "disabled"
    """Whether keys open it."""

    outbound: Literal["restricted", "open"] = "restricted"
    """What it reaches by itself: nothing, or everything."""

    state: Literal["Succeeded", "Accepted", "Failed"] = "Succeeded"
    """What Azure does with it; while it is `Accepted`, Azure refuses work on its endpoint."""

    zones: Annotated[tuple[Text, ...], FILLED] = ()
    """Names of the zones that its names need, for kinds other than `OpenAI` and `AIServices`."""


class NetworkSection(Section):
    """The private path; all of it is as the profile wants it, where nothing else is said."""

    endpoint: Literal["whole", "missing", "failed", "provisioning"] = "whole"
    """The private endpoint."""

    connection: Literal["Approved", "Pending", "Rejected", "Disconnected"] = "Approved"
    """How the account has answered it."""

    zone_group: Literal["whole", "missing"] = "whole"
    """The zone group of the endpoint."""

    zones: Literal["whole", "missing"] = "whole"
    """The private DNS zones, with their links and records."""

    links: Literal["whole", "missing"] = "whole"
    """The links of the zones."""

    records: Literal["whole", "missing", "elsewhere"] = "whole"
    """The records of the account."""

    dns_servers: tuple[IPv4Address, ...] = ()
    """DNS servers of the endpoint's network. Default: Azure's own."""

    other_connections: tuple[ResourceId, ...] = ()
    """Ids of private endpoints that are connected beside it."""


class ExpectSection(Section):
    """What Latch makes of it. What is left out is not compared."""

    profile: Text | None = None
    """The profile, or `none` where the policy does not speak of the account."""

    findings: tuple[RuleName, ...] | None = None
    """The rules that find something, in any order; `[]` for none."""

    actions: tuple[ActionName, ...] | None = None
    """What would be done, in this order; `[]` for nothing."""

    held: dict[RuleName, Reason] | None = None
    """What is held back, and why."""


class Case(Section):
    """One account, and what is expected."""

    name: Annotated[Text, AfterValidator(_unique)]
    """What the case shows, as a sentence; unique."""

    at: Moment | None = None
    """When it is looked at: exemptions end. Default: now."""

    account: AccountSection
    """The account."""

    network: NetworkSection = NetworkSection()
    """What is around it."""

    expect: ExpectSection
    """What Latch makes of it."""


class Cases(Section):
    """A file of policy tests."""

    version: Annotated[Literal[1], BeforeValidator(_version, json_schema_input_type=Literal[1])]
    """Version of the format."""

    cases: Annotated[tuple[Case, ...], FILLED]
    """What is tried."""
