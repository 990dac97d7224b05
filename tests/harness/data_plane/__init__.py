"""The data plane of the accounts: who is answered, who is refused, and in which words."""

from tests.harness.data_plane.admission import INSIDE_EGRESS, OUTSIDE_ADDRESS
from tests.harness.data_plane.front_door import FrontDoor
from tests.harness.data_plane.listeners import DataPlane
from tests.harness.data_plane.service import AUDIENCE, Service, api_key

__all__ = [
    "AUDIENCE",
    "INSIDE_EGRESS",
    "OUTSIDE_ADDRESS",
    "DataPlane",
    "FrontDoor",
    "Service",
    "api_key",
]
