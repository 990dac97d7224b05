"""Does this channel want to hear this alert? Pure."""

from remediation.channel import Channel, Kind, Standing, Vendor, rank
from remediation.channels.word import Word

# Who is woken at night wants what waits for a person. The end of it comes too, because it was told of the beginning.
_PAGED = frozenset({Kind.HELD, Kind.STALLED, Kind.GAVE_UP})

# Nothing tells the end of any other kind, so nobody need remember that it began.
_ENDED_LATER = frozenset({Kind.HELD, Kind.STALLED})


def takes(channel: Channel, word: Word) -> bool:
    """By severity, kind and profile. An alert that knows no profile concerns all of them."""
    route = channel.route
    return (
        rank(word.severity) >= rank(route.least)
        and word.kind in _kinds(channel)
        and (not route.profiles or not word.profile or word.profile in route.profiles)
    )


def begins(word: Word) -> bool:
    """Whether a channel that hears this must hear of its end too, however little that matters by itself."""
    return word.kind in _ENDED_LATER and bool(word.incident)


def ends(word: Word) -> bool:
    return word.standing is Standing.OVER and bool(word.incident)


def _kinds(channel: Channel) -> frozenset[Kind]:
    if channel.route.kinds:
        return channel.route.kinds
    return _PAGED if channel.vendor is Vendor.PAGERDUTY else frozenset(Kind)
