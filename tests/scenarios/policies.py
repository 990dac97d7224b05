"""The policies that stories run under, as files that the app reads."""

from pathlib import Path
from textwrap import indent

from tests.harness.worlds import SUBSCRIPTION

_ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
VNET = f"{_ROOT}/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-japaneast"
SUBNET = f"{VNET}/subnets/snet-endpoints"
SECURITY_GROUP = (
    f"{_ROOT}/rg-network/providers/Microsoft.Network/applicationSecurityGroups/asg-endpoints"
)

ENDPOINT = f"""\
endpoint:
  subnet: {SUBNET}
"""
DNS = f"""\
dns:
  resource_group: {_ROOT}/rg-dns
"""
# One profile a way of wanting something, told apart by the ends of names, so that many stories share a lab.
PROFILES = {
    "audited": f"match: {{names: ['*-audited']}}\nmode: audit\n{ENDPOINT}{DNS}",
    "watched-path": (
        "match: {names: ['*-watched']}\n"
        "mode: {access: enforce, endpoint: audit, dns: audit}\n"
        f"{ENDPOINT}{DNS}"
    ),
    "graced": f"match: {{names: ['*-graced']}}\nmode: enforce\n{ENDPOINT}{DNS}limits: {{grace: 30m}}\n",
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
    "production": f"match: {{names: ['aoai-*', 'ais-*', 'form-*']}}\nmode: enforce\n{ENDPOINT}{DNS}",
}


def written(folder: Path, exemptions: str = "[]") -> Path:
    """All the profiles in one file; no account whose name fits none of them is spoken of."""
    text = f"version: 1\nscope:\n  subscriptions: ['{SUBSCRIPTION}']\n  resource_groups: ['rg-ai-*']\nprofiles:\n"
    for name, profile in PROFILES.items():
        text += f"  - name: {name}\n" + indent(profile, "    ")
    file = folder / "policy.yaml"
    file.write_text(f"{text}exemptions: {exemptions}\n", "utf-8")
    return file
