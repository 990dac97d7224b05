"""Texts of policies, and what is wrong with them."""

from textwrap import dedent, indent

import pytest

from remediation import policy_file
from remediation.errors import SettingsError
from remediation.policy_document import Policy

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-network"
VNET = f"{NETWORK}/providers/Microsoft.Network/virtualNetworks/vnet-japaneast"
SUBNET = f"{VNET}/subnets/snet-endpoints"
ZONES = f"{NETWORK}/providers/Microsoft.Network/privateDnsZones"

MINIMAL = f"""\
version: 1
scope:
  subscriptions: [{SUBSCRIPTION}]
profiles:
  - name: all
    mode: enforce
"""


def load(text: str) -> Policy:
    return policy_file.load(text, "policy.yaml")


def mistakes_in(text: str) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        load(text)
    return str(refusal.value).splitlines()


def with_section(section: str) -> str:
    """The minimal policy, the section added to its profile."""
    return MINIMAL + indent(dedent(section), "    ")
