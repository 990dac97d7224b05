"""Which facts stand under the headline, in which order? The same for every channel. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from remediation.channel import Links
from remediation.channels.text import cut, members, moment, shown, string
from remediation.channels.word import Word, drifts, results
from remediation.report import Json
from remediation.wording import in_words

type Fact = tuple[str, str]

_LONGEST = 900
_MOST = 5


def facts(word: Word) -> tuple[Fact, ...]:
    """The most useful first: what gives way to a size limit is the end."""
    return tuple((title, cut(value, _LONGEST)) for title, value in _facts(word) if value)


def buttons(word: Word, links: Links) -> tuple[Fact, ...]:
    """Title and address. The account's networking page is where a person would change it."""
    data = members(word.event["data"])
    found = []
    if word.account:
        # Not verified: that the portal takes an id without a tenant here, see docs/verify-on-azure.md.
        portal = links.portal.rstrip("/")
        found.append(("Open the account", f"{portal}/#resource{word.account}/networking"))
    if links.runbook:
        anchor = string(data.get("runbook")).partition("#")[2]
        found.append(("What to do", f"{links.runbook}#{anchor}" if anchor else links.runbook))
    return tuple(found)


def _facts(word: Word) -> Iterator[Fact]:
    data = members(word.event["data"])
    yield "What to do", word.advice
    yield "Account", _account(word)
    yield "Actor", _actor(members(data.get("actor"))) if "actor" in data else ""
    yield "Found", "\n".join(shown([_drift(each) for each in drifts(word)], _MOST))
    yield "Done", "\n".join(shown([_result(each) for each in results(word)], _MOST))
    if word.exposed_seconds is not None:
        yield "Open to the internet", in_words(word.exposed_seconds)
    yield "Since", _time(data.get("driftedAt"))
    yield "Until", _time(data.get("endedAt"))
    yield "Proof", string(members(data.get("proof")).get("summary"))
    yield "Profile", word.profile
    yield "Message", string(members(data.get("message")).get("text"))
    yield "Activity log", string(members(data.get("cause")).get("correlationId"))
    yield "Incident", word.incident
    yield "Alert", f"{word.kind}, {word.severity}, {moment(word.at.astimezone(UTC))}"


def _account(word: Word) -> str:
    return word.account or word.subject


def _actor(actor: Json) -> str:
    name = string(actor.get("name"))
    known = {
        "kind": string(actor.get("kind")),
        "object id": string(actor.get("objectId")),
        "app": string(actor.get("appId")),
        "address": string(actor.get("ip")),
    }
    about = ", ".join(f"{key} {value}" for key, value in known.items() if value and value != name)
    return f"{name or 'somebody unknown'} ({about})" if about else name or "somebody unknown"


def _drift(drift: Json) -> str:
    told = {key: string(drift.get(key)) for key in ("rule", "actual", "expected", "withheld")}
    where = string(drift.get("resource")).rstrip("/").rsplit("/", 1)[-1]
    held = f" (held back: {told['withheld']})" if told["withheld"] else ""
    return f"{where}, {told['rule']}: {told['actual']}; wanted: {told['expected']}{held}"


def _result(result: Json) -> str:
    why = string(result.get("message")) or string(result.get("code"))
    done = f"{string(result.get('action'))}: {string(result.get('outcome'))}"
    return f"{done} ({why})" if why else done


def _time(value: object) -> str:
    try:
        return moment(datetime.fromisoformat(string(value)).astimezone(UTC))
    except ValueError:
        return ""
