"""The policy that stories run under."""

from tests.scenarios.conftest import policy

__all__ = ["policy"]
