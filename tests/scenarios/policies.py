"""The policies that stories run under, as files that the app reads."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

from tests.harness.worlds import HUB, SUBSCRIPTION

_ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
VNET = f"{_ROOT}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-japaneast"
SUBNET = f"{VNET}/subnets/snet-endpoints"
SECURITY_GROUP = (
    f"{_ROOT}/rg-network/providers/Microsoft.Network/applicationSecurityGroups/asg-endpoints"
)

OFFICE = f"{_ROOT}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-office"
# A machine of the network that answers names.
RESOLVER = "10.20.128.10"

ENDPOINT = f"""\
endpoint:
  subnet: {SUBNET}
"""
DNS = f"""\
dns:
  resource_group: {_ROOT}/rg-dns
"""
# The internet's witness comes from the single address; nobody in the lab comes from the range.
OFFICES = f"""\
public_access:
  selected:
    ranges: [198.51.100.10, 192.0.2.0/24]
    subnets: [{OFFICE}/subnets/snet-office]
"""
SEARCH = "contoso-search.search.windows.net"
STRICT = f"""\
trusted_services: none
local_auth: disabled
outbound: {{allow: [{SEARCH}]}}
"""
# One profile a way of wanting something, told apart by the ends of names, so that many stories share a lab.
PROFILES = {
    "audited": f"match: {{names: ['*-audited']}}\nmode: audit\n{ENDPOINT}{DNS}",
    "watched-path": (
        "match: {names: ['*-watched']}\n"
        "mode: {access: enforce, endpoint: audit, dns: audit}\n"
        f"{ENDPOINT}{DNS}"
    ),
    "graced": f"match: {{names: ['*-graced']}}\nmode: enforce\n{ENDPOINT}{DNS}limits: {{grace: 2h}}\n",
    "remembered": "match: {names: ['*-remembered']}\nmode: enforce\n",
    "fixed": f"""\
match: {{names: ['*-fixed']}}
mode: enforce
endpoint:
  subnet: {SUBNET}
  static_ips: {{default: 10.20.100.10}}
  application_security_groups: ['{SECURITY_GROUP}']
  tags: {{owner: platform}}
  nic_name: nic-{{account}}
{DNS}""",
    "fixed-three": f"""\
match: {{names: ['*-three']}}
mode: enforce
endpoint:
  subnet: {SUBNET}
  static_ips: {{default: 10.20.100.21, secondary: 10.20.100.22, third: 10.20.100.23}}
{DNS}""",
    "offices": f"match: {{names: ['*-offices']}}\nmode: enforce\n{OFFICES}{ENDPOINT}{DNS}",
    "offices-told": (
        "match: {names: ['*-offices-told']}\nmode: enforce\n"
        f"rules: {{ip-rules: audit, subnet-rules: audit}}\n{OFFICES}{ENDPOINT}{DNS}"
    ),
    "strict": f"match: {{names: ['*-strict']}}\nmode: enforce\n{STRICT}{ENDPOINT}{DNS}",
    "strict-told": (
        "match: {names: ['*-strict-told']}\nmode: enforce\n"
        f"rules: {{bypass: audit, local-auth: audit, outbound: audit}}\n{STRICT}{ENDPOINT}{DNS}"
    ),
    "only-openai": f"match: {{names: ['*-by-kind']}}\nmode: enforce\nkinds: [OpenAI]\n{ENDPOINT}{DNS}",
    "renewed": f"match: {{names: ['*-renewed']}}\nmode: enforce\n{ENDPOINT}  recreate: broken\n{DNS}",
    "production": f"match: {{names: ['aoai-*', 'ais-*', 'form-*']}}\nmode: enforce\n{ENDPOINT}{DNS}",
}

# The same for stories about the private path: who builds it anew, whose endpoints and servers are admitted, and who
# writes the names.
BROKEN = f"{ENDPOINT}  recreate: broken\n"
PATH_PROFILES = {
    "rebuilt": f"match: {{names: ['*-rebuilt']}}\nmode: enforce\n{BROKEN}{DNS}",
    "rebuilt-fixed": f"""\
match: {{names: ['*-refixed']}}
mode: enforce
{BROKEN}\
  static_ips: {{default: 10.20.100.30}}
  application_security_groups: ['{SECURITY_GROUP}']
  tags: {{owner: platform}}
  nic_name: nic-{{account}}
{DNS}""",
    "rebuilt-three": f"""\
match: {{names: ['*-rethree']}}
mode: enforce
{BROKEN}\
  static_ips: {{default: 10.20.100.31, secondary: 10.20.100.32, third: 10.20.100.33}}
{DNS}""",
    "admitting": (
        "match: {names: ['*-admitting']}\nmode: enforce\n"
        f"{ENDPOINT}  other_connections: ['{HUB}']\n{DNS}"
    ),
    "mending": (
        "match: {names: ['*-mending']}\nmode: enforce\n"
        f"rules: {{link-settings: enforce}}\n{ENDPOINT}{DNS}"
    ),
    "resolving": (
        "match: {names: ['*-resolving']}\nmode: enforce\n"
        f"{ENDPOINT}{DNS}  custom_servers: [{RESOLVER}]\n"
    ),
    "writing": f"match: {{names: ['*-writing']}}\nmode: enforce\n{BROKEN}{DNS}  records: records\n",
    "external": f"match: {{names: ['*-external']}}\nmode: enforce\n{ENDPOINT}dns: {{records: external}}\n",
    "plain": f"match: {{names: ['*-plain']}}\nmode: enforce\n{ENDPOINT}{DNS}",
}

# Endpoints and zones are the hub's. Clients of the last profile's networks ask the hub's resolver.
_NETWORKS = "providers/Microsoft.Network/virtualNetworks"
_HUB_ROOT = f"/subscriptions/{HUB}/resourceGroups"
HUB_VNET = f"{_HUB_ROOT}/rg-hub/{_NETWORKS}/vnet-hub"
SPOKES = tuple(f"{_ROOT}/rg-spokes/{_NETWORKS}/vnet-spoke-{name}" for name in ("east", "west"))
_IN_HUB = f"endpoint:\n  subnet: {HUB_VNET}/subnets/snet-endpoints\n"
_HUB_DNS = f"dns:\n  resource_group: {_HUB_ROOT}/rg-dns-hub\n"
HUB_PROFILES = {
    "spoken": (
        "match: {names: ['*-spoken']}\nmode: enforce\n"
        f"{_IN_HUB}{_HUB_DNS}  link: ['{HUB_VNET}', '{SPOKES[0]}', '{SPOKES[1]}']\n"
    ),
    "forwarded": (
        "match: {names: ['*-forwarded']}\nmode: enforce\n"
        f"{_IN_HUB}{_HUB_DNS}  link: ['{HUB_VNET}']\n"
    ),
}


# Many stories of one lab rebuild the same things within an hour of its clock; what brakes them is the story of others.
UNBOUNDED = (
    "limits: {fight: {reverts: 10, within: 1m}, blast_radius: {accounts: 1000, percent: 100}}\n"
)


def written(folder: Path, exemptions: str = "[]", profiles: Mapping[str, str] = PROFILES) -> Path:
    """All the profiles in one file; no account whose name fits none of them is spoken of."""
    text = f"version: 1\nscope:\n  subscriptions: ['{SUBSCRIPTION}']\n  resource_groups: ['rg-ai-*']\nprofiles:\n"
    for name, asked in profiles.items():
        profile = asked if "limits:" in asked else asked + UNBOUNDED
        text += f"  - name: {name}\n" + indent(profile, "    ")
    file = folder / "policy.yaml"
    file.write_text(f"{text}exemptions: {exemptions}\n", "utf-8")
    return file


def everywhere(folder: Path, profiles: Mapping[str, str] = PROFILES) -> Path:
    """The same for every subscription that Latch can see."""
    file = written(folder, profiles=profiles)
    named = f"subscriptions: ['{SUBSCRIPTION}']"
    file.write_text(file.read_text("utf-8").replace(named, "subscriptions: all"), "utf-8")
    return file
