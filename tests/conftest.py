"""How hypothesis looks for counterexamples: the same ones on every machine, and a few seconds' worth.

And in which order tests run: at random, but what needs the whole lab comes last.
"""

import pytest
from hypothesis import settings

settings.register_profile(
    "latch",
    max_examples=100,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
)
# For a longer look by hand: pytest --hypothesis-profile=thorough
settings.register_profile(
    "thorough", max_examples=3000, stateful_step_count=60, deadline=None, print_blob=True
)
settings.load_profile("latch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A mistake shows first where it is small."""
    whole = {"scenarios", "faults"}
    items.sort(key=lambda item: not whole.isdisjoint(item.path.parts))
