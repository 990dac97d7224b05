"""What does this policy file say, and where is it mistaken? Pure: it is given the text.

Every mistake is told at once, each with its line and column. Scalars stay the text that was written. Anchors, aliases
and tags are refused: a policy says what it means where it says it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remediation.errors import Fault, SettingsError
from remediation.policy_document import Policy
from remediation.texts import did_you_mean

type Location = tuple[int | str, ...]


class _Mistake(NamedTuple):
    """Sorts by where it stands; lines and columns count from one."""

    line: int
    column: int
    message: str

    @classmethod
    def at(cls, mark: Any, message: str) -> "_Mistake":
        """Marks count from zero; where there is none, the mistake is the whole file's."""
        return cls(mark.line + 1, mark.column + 1, message) if mark else cls(1, 1, message)


def load(text: str, file_name: str) -> Policy:
    """Raises SettingsError with every mistake, `where` being `file_name:line:column`."""
    return load_as(Policy, text, file_name)


def load_as[M: BaseModel](model: type[M], text: str, file_name: str) -> M:
    """The same for any file that is read as a policy is."""
    try:
        read, mistakes = _read(model, text)
    except yaml.YAMLError as error:
        read, mistakes = None, [_syntax(error, text)]
    except RecursionError:
        read, mistakes = None, [_Mistake(1, 1, "nested too deeply to be a policy")]
    if read is None or mistakes:
        # Each once: one wrong word may have been taken for several values.
        places = sorted(set(mistakes))
        raise SettingsError(tuple(Fault(f"{file_name}:{m[0]}:{m[1]}", m.message) for m in places))
    return read


def places(text: str) -> dict[Location, tuple[int, int]]:
    """Line and column of each value of a well-formed file, counted from one."""
    return _located(text)[1]


def channel_places(text: str, file_name: str) -> dict[str, str]:
    """Where each channel of a valid policy says of which kind it is, by its name."""
    document, known = _located(text)
    section = document.get("alerts") or {}
    names = [channel["name"] for channel in section.get("channels") or ()]
    kinds = [known["alerts", "channels", at, "kind"] for at in range(len(names))]
    return {
        name: f"{file_name}:{line}:{column}"
        for name, (line, column) in zip(names, kinds, strict=True)
    }


def _located(text: str) -> tuple[dict[str, Any], dict[Location, tuple[int, int]]]:
    """The plain values of a well-formed file, and where they stand."""
    node, reader = yaml.compose(text, yaml.SafeLoader), _Reader(Policy)
    document = {} if node is None else reader.value(node, ())
    where = {at: (mark.line + 1, mark.column + 1) for at, mark in reader.values.items()}
    return (document if isinstance(document, dict) else {}), where


def _read[M: BaseModel](model: type[M], text: str) -> tuple[M | None, list[_Mistake]]:
    mistakes = list(_shorthand(text))
    if mistakes:
        return None, mistakes
    node = yaml.compose(text, yaml.SafeLoader)
    reader = _Reader(model)
    document = {} if node is None else reader.value(node, ())
    try:
        # The context collects the names of the profiles, which must differ.
        return model.model_validate(document, context=set()), reader.mistakes
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, reader.mistakes + [reader.mistake(each) for each in errors]


def _shorthand(text: str) -> Iterator[_Mistake]:
    """Without aliases no node can hold itself, and a short text stays small."""
    for event in yaml.parse(text, yaml.SafeLoader):
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
            message = "anchors, aliases and tags are not read here: write the value out"
            yield _Mistake.at(event.start_mark, message)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns nodes into plain values, and remembers where each value and each key stands."""

    model: type[BaseModel]
    values: dict[Location, yaml.Mark] = field(default_factory=dict)
    keys: dict[Location, yaml.Mark] = field(default_factory=dict)
    mistakes: list[_Mistake] = field(default_factory=list)

    def value(self, node: yaml.Node, at: Location) -> object:
        self.values[at] = node.start_mark
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, at))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        return None if node.tag == "tag:yaml.org,2002:null" else node.value

    def _pairs(self, node: yaml.MappingNode, at: Location) -> Iterator[tuple[str, object]]:
        for key, value in node.value:
            here = (*at, str(key.value))
            if not isinstance(key, yaml.ScalarNode):
                self.mistakes.append(_Mistake.at(key.start_mark, "a key must be a word"))
            elif here in self.keys:
                message = f"key {key.value!r} is there twice"
                self.mistakes.append(_Mistake.at(key.start_mark, message))
            else:
                self.keys[here] = key.start_mark
                yield key.value, self.value(value, here)

    def mistake(self, error: ErrorDetails) -> _Mistake:
        """An unknown key stands where the key is, what is missing where it should be."""
        at = error["loc"]
        if at[-1:] == (_KEY,):
            return _Mistake.at(self.keys[at[:-1]], _message(error, at, self.model))
        if error["type"] == "extra_forbidden":
            return _Mistake.at(self.keys[at], _message(error, at, self.model))
        while at not in self.values and at:
            at = at[:-1]
        return _Mistake.at(self.values.get(at), _message(error, at, self.model))


def _syntax(error: yaml.YAMLError, text: str) -> _Mistake:
    if isinstance(error, yaml.reader.ReaderError):
        lines = text[: error.position].split("\n")
        return _Mistake(len(lines), len(lines[-1]) + 1, f"not YAML: {error.reason}")
    parts = (getattr(error, "context", None), getattr(error, "problem", None))
    message = "not YAML: " + ", ".join(part for part in parts if part)
    return _Mistake.at(getattr(error, "problem_mark", None), message)


# What pydantic calls a key that a mapping of names does not know.
_KEY = "[key]"

_MUST = {
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "string_too_short": "must not be blank",
    "ip_v4_address": "must be an IPv4 address",
}


def _message(error: ErrorDetails, at: Location, model: type[BaseModel]) -> str:
    """What is wrong, in words of the file and not of the library that read it."""
    given = error["input"]
    name = ".".join(map(str, at)) or "the policy"
    match error["type"]:
        case "literal_error" if at[-1:] == (_KEY,):
            return f"unknown key {given!r}{_nearest(given, str(error['ctx']['expected']))}"
        case "extra_forbidden":
            return f"unknown key {at[-1]!r}{did_you_mean(str(at[-1]), _known_keys(model, at[:-1]))}"
        case "missing":
            return f"{'.'.join(map(str, error['loc']))} is required"
        case "value_error":
            return f"{name}: {error['ctx']['error']}"
        case "literal_error" | "enum":
            known = str(error["ctx"]["expected"])
            return f"{name} must be {known}, not {_shown(given)}{_nearest(given, known)}"
        case kind:
            return f"{name} {_MUST.get(kind, error['msg'])}, not {_shown(given)}"


def _nearest(given: object, known: str) -> str:
    """A suggestion from a list that says `'a', 'b' or 'c'`; where there is no choice there is none."""
    words = re.findall(r"'([^']*)'", known)
    return did_you_mean(given, words) if isinstance(given, str) and len(words) > 1 else ""


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return repr(str(value)[:80])


def _known_keys(model: type[BaseModel], at: Location) -> tuple[str, ...]:
    """The keys that the section at this place knows."""
    section = model
    for step in at:
        if isinstance(step, str):
            annotation = section.model_fields[step].annotation
            choices = (annotation, *get_args(annotation))
            section = next(c for c in choices if isinstance(c, type) and issubclass(c, BaseModel))
    return tuple(section.model_fields)
