"""The channels that people are told through, as strict as their vendors: they refuse what those would refuse."""

from tests.harness.channels.door import ChannelsDoor, Received

__all__ = ["ChannelsDoor", "Received"]
