"""The ports in memory: what would Azure, the ledger and the clock do?"""

from tests.memory.azure import Azure
from tests.memory.clock import MovableClock
from tests.memory.cloud import MemoryCloud
from tests.memory.ledger import HISTORIES, MemoryLedger
from tests.memory.tallies import MemoryTallies

__all__ = ["HISTORIES", "Azure", "MemoryCloud", "MemoryLedger", "MemoryTallies", "MovableClock"]
