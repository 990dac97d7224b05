"""What may stand under `limits`: grace, fights, the blast radius? Pure: no clock, no network, no logging."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from remediation.policy_sections import Section
from remediation.policy_words import Duration


def _number(least: int, most: int) -> BeforeValidator:
    """A whole number, written as digits."""

    def read(value: object) -> object:
        text = str(value)
        # The length bounds what int() has to read.
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return BeforeValidator(read, json_schema_input_type=int)


_LONGEST_WINDOW = timedelta(days=7)


def _is_window(value: timedelta) -> timedelta:
    if not timedelta() < value <= _LONGEST_WINDOW:
        raise ValueError("must be from 1m to 7d")
    return value


Window = Annotated[Duration, AfterValidator(_is_window)]


class FightSection(Section):
    """When Latch stops putting back what somebody undoes. Closing goes on."""

    reverts: Annotated[int, _number(1, 10)] = 5
    """How often Latch does the same thing to an account within the window; once more would be a fight."""

    within: Window = timedelta(days=1)
    """The window that slides along, 1m to 7d. The fight is over when the window holds fewer reverts."""


class BlastSection(Section):
    """For how many accounts at once Latch puts things back; more wait, and people are told. Closing goes on."""

    accounts: Annotated[int, _number(1, 1000)] = 50
    """For so many accounts within the window, whatever profile they have."""

    percent: Annotated[int, _number(1, 100)] = 25
    """And for such a share of all accounts that the policy speaks of; five may always be put back."""

    within: Window = timedelta(hours=1)
    """The window that slides along, 1m to 7d."""


class LimitsSection(Section):
    """How far Latch may go."""

    grace: Duration = timedelta()
    """How long a new account may stay as it was created, such as `30m`, `2h` or `1d`; it is reported all the while."""

    fight: FightSection = FightSection()
    """What happens when somebody undoes what Latch does."""

    blast_radius: BlastSection = BlastSection()
    """What happens when very many accounts seem to have lost their private path."""
