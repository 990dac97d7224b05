"""Azure Resource Manager as its callers meet it: the wire in front of `physics`."""

from tests.harness.arm.door import ArmDoor
from tests.harness.arm.rbac import Roles

__all__ = ["ArmDoor", "Roles"]
