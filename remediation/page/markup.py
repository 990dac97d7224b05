"""How does text become HTML that means nothing but that text? By construction: only here is a tag ever written.

Every string is text; a tag is made by `tag` alone. Attributes that could run something are refused, and so are
addresses that lead elsewhere. Names that others chose are `foreign`: cut, isolated in their direction, and what cannot
be seen in them is shown.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

type Node = "str | Element | Style | Iterable[Node] | None"

LONGEST = 160
_VOID = frozenset({"meta", "input", "br"})
_REFUSED = frozenset({"script", "iframe", "object", "embed", "base"})
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
_ADDRESSES = frozenset({"href", "action", "src"})
# Within the app: a path beside this page, a query, or a place on it.
_HERE = re.compile(r"(?:\.\./)?(?:[a-z]+(?:/[a-z]+)*)?(?:\?[!-~]*)?(?:#[a-z-]+)?")


@dataclass(frozen=True, slots=True)
class Style:
    """A style sheet of our own: the only text that is not escaped."""

    css: str


@dataclass(frozen=True, slots=True)
class Element:
    """A tag with its attributes, and what is inside."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Node, ...]


def tag(name: str, /, *children: Node, **attributes: str | None) -> Element:
    """An underscore at the end of a name falls, others become hyphens; None leaves an attribute out."""
    kept = tuple(
        (_attribute(key.rstrip("_").replace("_", "-")), value)
        for key, value in attributes.items()
        if value is not None
    )
    if name in _REFUSED or not _NAME.fullmatch(name):
        raise ValueError(f"this page has no {name}")
    for key, value in kept:
        if key in _ADDRESSES and not _HERE.fullmatch(value):
            raise ValueError(f"{key} leads elsewhere: {value[:100]!r}")
    return Element(name, kept, children)


def foreign(text: str, longest: int = LONGEST) -> Element:
    """A text that somebody else chose."""
    return tag("bdi", plain(text, longest))


def plain(text: str, longest: int = LONGEST) -> str:
    """The same where no tag may stand, such as in a title."""
    return "".join(map(_visible, text[:longest])) + ("…" if len(text) > longest else "")


def render(node: Node) -> str:
    """The whole as HTML."""
    return "".join(_pieces(node))


def _pieces(node: Node) -> Iterator[str]:
    match node:
        case None:
            return
        case str():
            yield escape(node)
        case Style():
            yield f"<style>{node.css}</style>"
        case Element():
            yield from _element(node)
        case _:
            for each in node:
                yield from _pieces(each)


def _element(element: Element) -> Iterator[str]:
    told = "".join(f' {name}="{escape(value)}"' for name, value in element.attributes)
    yield f"<{element.name}{told}>"
    if element.name in _VOID:
        return
    yield from _pieces(element.children)
    yield f"</{element.name}>"


def _attribute(name: str) -> str:
    if name.casefold().startswith("on") or name == "style" or not _NAME.fullmatch(name):
        raise ValueError(f"this page has no attribute {name}")
    return name


def _visible(character: str) -> str:
    """What has no shape of its own, such as a change of direction, is shown by its number."""
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return f"[U+{ord(character):04X}]" if hidden else character
