"""In which ways is isolation lost, and what becomes of each? Pure data.

| default   | what becomes of the loss                                                           |
|-----------|------------------------------------------------------------------------------------|
| AUTOMATIC | it is undone wherever the rule's group is enforced                                 |
| OPT_IN    | it is undone where the profile says so, by `switch`; elsewhere a person is told    |
| NEVER     | a person is told: what to do about it is not Latch's to decide                     |

No signal is taken for the only one: the sweep looks for every loss that a rule finds.
"""

from dataclasses import dataclass

from remediation import catalog, signals
from remediation.catalog import Default
from remediation.signals import Signal
from remediation.watch import Topic


@dataclass(frozen=True, slots=True)
class Loss:
    """One way of losing isolation: found by rules, or told of as a watched topic.

    `remedies` name actions, `switch` what in a profile decides about them. `subsumes` are the checks of other tools
    that the rules make, by the letters under which those are collected: A access, B endpoint, C names, D data.
    """

    what: str
    signals: tuple[Signal, ...]
    rules: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    default: Default = Default.NEVER
    switch: str = ""
    subsumes: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()


_NAMED = "an endpoint that the profile or the last good state names"
_REBUILT = ("RemoveBrokenEndpoint", "CreateEndpoint")

LOSSES = {
    1: Loss(
        "Public network access is enabled, or not set.",
        (signals.ACCOUNT_WRITE,),
        ("public-access",),
        ("CloseAccess", "RestrictNetwork"),
        Default.AUTOMATIC,
        subsumes=("A1", "A7"),
    ),
    2: Loss(
        "The default action of the network rules is Allow, or not set.",
        (signals.ACCOUNT_WRITE,),
        ("network-acls",),
        ("CloseAccess", "RestrictNetwork"),
        Default.AUTOMATIC,
        subsumes=("A2",),
    ),
    3: Loss(
        "IP rules let in ranges that nobody allowed, or that are too wide.",
        (signals.ACCOUNT_WRITE,),
        ("public-access", "ip-rules"),
        ("CloseAccess", "RestrictNetwork"),
        Default.OPT_IN,
        f"{catalog.SELECTED} removes the rules; a profile that wants disabled closes by itself",
        subsumes=("A3", "A5"),
    ),
    4: Loss(
        "Subnet rules let in subnets that nobody allowed, of another tenant even.",
        (signals.ACCOUNT_WRITE,),
        ("public-access", "subnet-rules"),
        ("CloseAccess", "RestrictNetwork"),
        Default.OPT_IN,
        f"{catalog.SELECTED} removes the rules; a profile that wants disabled closes by itself",
        subsumes=("A4",),
    ),
    5: Loss(
        "Trusted services pass by the network rules.",
        (signals.ACCOUNT_WRITE,),
        ("bypass",),
        ("RestrictNetwork",),
        Default.OPT_IN,
        catalog.NO_BYPASS,
        subsumes=("A6",),
    ),
    6: Loss(
        "The private endpoint is deleted.",
        (signals.ENDPOINT_DELETE, signals.NIC_DELETE, signals.CONNECTION_DELETE),
        ("endpoint-missing",),
        ("CreateEndpoint",),
        Default.AUTOMATIC,
        f"{_NAMED}; never for endpoint: {{recreate: never}}",
        subsumes=("B1",),
    ),
    7: Loss(
        "The connection of the endpoint is rejected.",
        (signals.CONNECTION_WRITE,),
        ("connection-state",),
        _REBUILT,
        Default.OPT_IN,
        catalog.REBUILD,
        subsumes=("B3",),
    ),
    8: Loss(
        "The connection is removed on the account's side, and the endpoint is disconnected.",
        (signals.CONNECTION_DELETE,),
        ("connection-state",),
        _REBUILT,
        Default.OPT_IN,
        catalog.REBUILD,
        subsumes=("B3",),
    ),
    9: Loss(
        "The connection waits for an approval.",
        (signals.ENDPOINT_WRITE,),
        ("connection-state",),
        ("ApproveConnection",),
        Default.OPT_IN,
        f"{_NAMED}, and no other",
        subsumes=("B3", "B9"),
    ),
    10: Loss(
        "The endpoint failed, or does not get ready.",
        (signals.ENDPOINT_WRITE,),
        ("endpoint-state",),
        _REBUILT,
        Default.OPT_IN,
        f"{_NAMED} is written again; {catalog.REBUILD} deletes it first",
    ),
    11: Loss(
        "Somebody else's endpoint is connected, of another subscription or tenant even.",
        (signals.CONNECTION_WRITE,),
        ("unknown-connection",),
        subsumes=("B4",),
    ),
    12: Loss(
        "The zone group of the endpoint is deleted or changed.",
        (signals.GROUP_WRITE, signals.GROUP_DELETE),
        ("zone-group", "record"),
        ("AttachZones", "PutRecord"),
        Default.AUTOMATIC,
        subsumes=("C1", "C2"),
    ),
    13: Loss(
        "The record of the account is deleted.",
        (signals.RECORD_DELETE,),
        ("record",),
        ("PutRecord",),
        Default.AUTOMATIC,
        subsumes=("C4",),
    ),
    14: Loss(
        "The record leads elsewhere, or to an address that is gone.",
        (signals.RECORD_WRITE,),
        ("record", "record-ttl"),
        ("PutRecord",),
        Default.AUTOMATIC,
        "not a record of another live endpoint: that is reported; rules: {record-ttl: enforce} for its time to live",
        subsumes=("C5", "C6"),
    ),
    15: Loss(
        "The link of the zone to a network is deleted.",
        (signals.LINK_DELETE,),
        ("zone-link",),
        ("LinkZone",),
        Default.AUTOMATIC,
        subsumes=("C7",),
    ),
    16: Loss(
        "A link registers machines, or resolves missing names by public DNS.",
        (signals.LINK_WRITE,),
        ("link-settings",),
        ("LinkZone",),
        Default.OPT_IN,
        "rules: {link-settings: enforce}",
        subsumes=("C8", "C9"),
    ),
    17: Loss(
        "A zone is deleted, and with it links and records.",
        (signals.ZONE_DELETE, signals.ZONE_WRITE),
        ("zone-missing", "zone-link", "zone-group", "record"),
        ("CreateZone", "LinkZone", "AttachZones", "PutRecord"),
        Default.OPT_IN,
        "a zone that the profile or the last good state names; records of others stay lost",
        subsumes=("C3",),
    ),
    18: Loss(
        "A network is linked to another zone of the same name, so that it cannot be linked to ours.",
        (signals.LINK_WRITE, signals.LINK_DELETE),
        ("zone-link",),
        subsumes=("C11",),
    ),
    19: Loss(
        "The zone group registers in a zone that does not fit the account's names.",
        (signals.GROUP_WRITE,),
        ("zone-group", "record"),
        ("AttachZones", "PutRecord"),
        Default.AUTOMATIC,
        subsumes=("C2",),
    ),
    20: Loss(
        "The network asks DNS servers of its own, which may not forward the names.",
        (Signal(f"{signals.NETWORK}/virtualNetworks/write", published=False),),
        ("custom-dns",),
    ),
    21: Loss(
        "The account has no custom subdomain, so that it can have no private endpoint.",
        (signals.ACCOUNT_WRITE,),
        ("custom-subdomain",),
        subsumes=("B10",),
    ),
    22: Loss(
        "Keys open the account.",
        (
            signals.ACCOUNT_WRITE,
            Signal(f"{signals.COGNITIVE}/listKeys/action"),
            Signal(f"{signals.COGNITIVE}/regenerateKey/action"),
        ),
        ("local-auth",),
        ("DisableLocalAuth",),
        Default.OPT_IN,
        catalog.NO_KEYS,
        subsumes=("D1",),
        topics=(Topic.KEYS,),
    ),
    23: Loss(
        "Security groups, routes or network policies of the endpoint's subnet keep clients from it.",
        (
            Signal(f"{signals.NETWORK}/virtualNetworks/subnets/write", published=False),
            Signal(f"{signals.NETWORK}/networkSecurityGroups/write", published=False),
            Signal(f"{signals.NETWORK}/routeTables/write", published=False),
        ),
        ("subnet-policies",),
    ),
    24: Loss(
        "The account is new, was created again, or was restored after its deletion.",
        (signals.ACCOUNT_WRITE, signals.ACCOUNT_DELETE),
        ("public-access", "endpoint-missing", "connection-state"),
        ("CloseAccess", "RestrictNetwork", "CreateEndpoint"),
        Default.AUTOMATIC,
        "limits: {grace: ...} spares a new account for a while",
        topics=(Topic.ACCOUNT_DELETE, Topic.RESTORE),
    ),
    25: Loss(
        "The account became one of AIServices, whose names need more zones and members.",
        (signals.ACCOUNT_WRITE, Signal(f"{signals.COGNITIVE}/projects/write")),
        ("zone-missing", "zone-link", "zone-group", "endpoint-members"),
        ("CreateZone", "LinkZone", "AttachZones", *_REBUILT),
        Default.AUTOMATIC,
        f"zones are added by themselves; {catalog.REBUILD} gives the endpoint its members",
        subsumes=("A8",),
        topics=(Topic.PROJECTS,),
    ),
    26: Loss(
        "A network security perimeter decides who gets in.",
        (
            Signal(f"{signals.COGNITIVE}/joinPerimeter/action"),
            Signal(f"{signals.PERIMETER}/resourceAssociations/write"),
            Signal(f"{signals.PERIMETER}/profiles/accessRules/write"),
        ),
        ("perimeter", "public-access"),
        topics=(Topic.PERIMETER,),
    ),
    27: Loss(
        "The account itself may reach more hosts than allowed.",
        (
            signals.ACCOUNT_WRITE,
            Signal(f"{signals.COGNITIVE}/managedNetworks/outboundRules/write", published=False),
        ),
        ("outbound", "network-injection"),
        ("RestrictOutbound",),
        Default.OPT_IN,
        f"{catalog.OUTBOUND}; agents in a network are told, rules of a managed network are not read",
        subsumes=("D6", "D7"),
    ),
    28: Loss(
        "The account leaves the scope of the policy: a tag is removed, or it is moved.",
        (
            signals.ACCOUNT_WRITE,
            Signal("Microsoft.Resources/tags/write"),
            Signal("Microsoft.Resources/subscriptions/resourceGroups/moveResources/action"),
        ),
        topics=(Topic.TAGS,),
    ),
    29: Loss(
        "A lock is removed, or something is exempted from an Azure Policy.",
        (
            Signal("Microsoft.Authorization/locks/delete"),
            Signal("Microsoft.Authorization/policyExemptions/write"),
        ),
        topics=(Topic.LOCKS,),
    ),
    30: Loss(
        "Latch loses its rights.",
        (Signal("Microsoft.Authorization/roleAssignments/delete"),),
        topics=(Topic.ROLES,),
    ),
}
