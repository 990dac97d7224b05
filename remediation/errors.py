"""What can go wrong; its only question: will looking again help?

RemediationError
├── Retryable(retry_after)      looking again may help; never alerts by itself
│   ├── Busy                    409, 412: someone or Azure is changing it
│   ├── Throttled               429: honor Retry-After
│   └── Unavailable             5xx, timeouts, connection
├── Terminal                    looking again will not help; verdict STALLED, alerts once
│   ├── Forbidden               401, 403: a right is missing
│   ├── Refused                 Azure rejected what was asked (policy deny, lock, quota)
│   └── Misconfigured           a target named in the policy or settings does not exist
└── SettingsError               at start: every fault, one per line

That a resource is not there (404) is an observation, not an error.
"""

from dataclasses import dataclass


class RemediationError(Exception):
    """Root of everything that Latch raises on purpose."""


class Retryable(RemediationError):
    """Looking again may help."""

    def __init__(self, message: str, *, code: str = "", retry_after: float | None = None) -> None:
        """Takes Azure's error code and its Retry-After in seconds, where there were any."""
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Busy(Retryable):
    """Someone, or Azure itself, is changing the resource."""


class Throttled(Retryable):
    """Too many requests."""


class Unavailable(Retryable):
    """Azure did not answer, or answered that it cannot."""


class Terminal(RemediationError):
    """Looking again will not help until something changes."""

    def __init__(self, message: str, *, code: str = "") -> None:
        """Takes Azure's error code, where there was one."""
        super().__init__(message)
        self.code = code


class Forbidden(Terminal):
    """A right is missing; the message names action and scope as Azure gave them."""


class Refused(Terminal):
    """Azure rejected what was asked."""


class Misconfigured(Terminal):
    """A target named in the policy or the settings does not exist."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a file or a setting."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class SettingsError(RemediationError):
    """The start is refused; `faults` holds every mistake."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Takes all the faults, so that one look shows all there is to mend."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
