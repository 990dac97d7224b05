"""How is a short text read that a person wrote: a word of a list, an address, a number of days? Pure.

Each reader raises ValueError, whose message goes on after the name of what was read. No message repeats an address:
whoever pastes a key into one should not find it in the log.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from urllib.parse import urlsplit

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(
                f"is {text!r}: it must be one of {', '.join(known)}{did_you_mean(text, known)}"
            )
        return text

    return read


def https(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme == "https" and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValueError("is no https address")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must have no user, query or fragment: Latch needs no key in an address")
    return text.rstrip("/")


def scope(text: str) -> str:
    if not https(text).endswith("/.default"):
        raise ValueError("must be an https address that ends in /.default")
    return text


def guid(text: str) -> str:
    if not GUID.fullmatch(text):
        raise ValueError("is no client id: 32 hexadecimal digits in groups of 8-4-4-4-12")
    return text.lower()


def minutes(least: int, most: int) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        # The length bounds what int() has to read.
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number of minutes from {least} to {most}")
        return timedelta(minutes=int(text))

    return read


def days(least: int, most: int) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        if not text.isdecimal() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number of days from {least} to {most}")
        return timedelta(days=int(text))

    return read


def keeps(text: str) -> bool:
    return one_of("keep", "drop")(text) == "keep"


def is_on(text: str) -> bool:
    return one_of("on", "off")(text) == "on"


# An address, because a name would need a resolver first; IPv6 in brackets, as in a URL.
_RESOLVER = re.compile(r"([0-9.]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_DNS_PORT = 53
_PORTS = range(1, 65536)


def resolver(text: str) -> tuple[str, int]:
    match = _RESOLVER.fullmatch(text)
    try:
        address = str(ip_address(match[1].strip("[]"))) if match else ""
    except ValueError:
        address = ""
    port = int(match[2] or _DNS_PORT) if match else 0
    if not address or port not in _PORTS:
        raise ValueError("is no address of a DNS server, such as 10.0.0.4:53 or [fd00::4]:53")
    return address, port


def proxy(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme == "http" and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):
        raise ValueError("is no http address of a proxy")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must have no user, path, query or fragment: only host and port")
    return text.rstrip("/")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known word, nothing when none is near."""
    near = get_close_matches(word, tuple(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
