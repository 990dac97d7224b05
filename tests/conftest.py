"""How hypothesis looks for counterexamples: the same ones on every machine, and a few seconds' worth."""

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
