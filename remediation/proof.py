"""Do the account's names lead inside, and only inside? What was seen there, judged and diagnosed. Pure.

What cannot be seen from where Latch looks is unprovable, with the reason; it is never taken for proven.

| of each name               | proven                   | refuted                    | unprovable             |
|----------------------------|--------------------------|----------------------------|------------------------|
| resolves inside            | the endpoint's addresses | any other address, or none | no resolver answers    |
| accepts TCP and TLS inside | with its own certificate | no connection, another one | no way to the address  |
| lets clients inside in     | 401, by the endpoint     | refused, or by another way | any other answer       |
| refuses the internet       | the documented 403 text  | a stranger is let in       | no name, no connection |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from remediation.proof_subject import Name, Subject
from remediation.views import Call, Found, Lookup, Reached, Sighting, Views

# What is said --------------------------------------------------------------------------------------------------------


class Standing(StrEnum):
    """What became of a claim."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNPROVABLE = "unprovable"


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim, what was seen of it, and what that means where it is not as it should be."""

    claim: str
    standing: Standing
    evidence: str
    diagnosis: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """Every statement about one account, none hidden."""

    statements: tuple[Statement, ...] = ()

    @property
    def holds(self) -> bool:
        """Something was proven and nothing refuted."""
        return self._count(Standing.PROVEN) > 0 and self._count(Standing.REFUTED) == 0

    @property
    def is_refuted(self) -> bool:
        """Clients saw something else than Resource Manager says."""
        return self._count(Standing.REFUTED) > 0

    @property
    def summary(self) -> str:
        """One sentence for people."""
        proven, unprovable = self._count(Standing.PROVEN), self._count(Standing.UNPROVABLE)
        refuted = [s for s in self.statements if s.standing is Standing.REFUTED]
        if refuted:
            first = next((s for s in refuted if s.diagnosis), refuted[0])
            others = f" ({len(refuted) - 1} more)" if len(refuted) > 1 else ""
            return f"Not so: {first.claim}{others}. {first.diagnosis or first.evidence}"
        if not proven:
            reasons = dict.fromkeys(s.diagnosis or s.evidence for s in self.statements)
            return f"Nothing could be proven: {'; '.join(reasons).removesuffix('.')}."
        rest = f"; {unprovable} could not be looked at" if unprovable else ""
        return f"All {proven} claims that could be looked at are proven{rest}."

    def _count(self, standing: Standing) -> int:
        return sum(statement.standing is standing for statement in self.statements)


# What it means -------------------------------------------------------------------------------------------------------

# Public access disabled: azure-search-openai-demo#2324. Selected networks: azure-sql-db-chatbot#3.
_DISABLED = "public access is disabled"
_BY_RULES = "access denied due to virtual network/firewall rules"
# A restricted account, asked by its region's name: continue#12547.
_BY_HOST = "a virtual network is configured for this resource"

_FORBIDDEN = 403
_NO_CREDENTIALS = 401
_SUCCESS = range(200, 300)


def prove(subject: Subject, views: Views) -> Proof:
    """Judges what was seen. Names that were not looked at are unprovable."""
    if not subject.names:
        reason = "the account has no custom subdomain, or no zones are known for it"
        return Proof((Statement("the account has private names", Standing.UNPROVABLE, reason),))
    statements: list[Statement] = []
    for name in subject.names:
        statements += _inside(subject, name, views)
        statements.append(_refuses(subject, name, views.outside))
    return Proof(tuple(statements))


def _inside(subject: Subject, name: Name, views: Views) -> tuple[Statement, ...]:
    sighting = _of(name, views.inside)
    if not subject.has_path or sighting is None:
        reason = "it was not looked at" if subject.has_path else "no private endpoint is wanted"
        claim = f"{name.host} is reached inside"
        return (Statement(claim, Standing.UNPROVABLE, reason),)
    resolves = _resolves(subject, name, sighting.lookup, is_sure=views.inside_is_sure)
    connects = _connects(name, sighting.calls, resolves.standing, is_sure=views.inside_is_sure)
    answers = _answers(name, sighting, resolves.standing, connects.standing)
    return resolves, connects, answers


def _of(name: Name, sightings: Sequence[Sighting]) -> Sighting | None:
    return next((sighting for sighting in sightings if sighting.host == name.host), None)


def _resolves(subject: Subject, name: Name, lookup: Lookup, *, is_sure: bool) -> Statement:
    wanted = ", ".join(name.addresses)
    claim = f"{name.host} resolves inside to {wanted or 'the address of its private endpoint'}"
    evidence = str(lookup)
    if lookup.found is Found.NO_ANSWER:
        return Statement(claim, Standing.UNPROVABLE, evidence)
    if name.addresses and set(name.addresses) == set(lookup.addresses):
        return Statement(claim, Standing.PROVEN, evidence)
    if name.addresses and not is_sure and _is_public(name, lookup):
        return Statement(claim, Standing.UNPROVABLE, evidence, _PERHAPS_OUTSIDE)
    return Statement(claim, Standing.REFUTED, evidence, _misled(subject, name, lookup))


def _is_public(name: Name, lookup: Lookup) -> bool:
    """The chain goes on past the names that only a private zone, or the network's own DNS, ends (SPEECH article)."""
    return bool(lookup.addresses) and lookup.chain[-1:] not in ((name.host,), (name.alias,))


_PERHAPS_OUTSIDE = (
    "Latch may be outside the network itself, where the public address is right. "
    "LATCH_PROBE_RESOLVER names a resolver inside."
)


def _misled(subject: Subject, name: Name, lookup: Lookup) -> str:
    """Why the name does not lead to the endpoint, in the order of the article's own questions."""
    if lookup.addresses and not _is_public(name, lookup):
        return _POINTS_ELSEWHERE if name.addresses else _LEFT_OVER
    if not name.addresses:
        return "There is no private endpoint for this name."
    if not lookup.addresses:
        return _nowhere(name, lookup)
    if not name.is_registered:
        return (
            "The zone is not linked to the network of this resolver, or has no record for the name."
        )
    servers = ", ".join(subject.dns_servers)
    who = f"The network's own DNS servers ({servers}) do" if servers else "This resolver does"
    return f"{who} not forward {name.domain} to 168.63.129.16, although zone and record are right."


_POINTS_ELSEWHERE = "The A record points elsewhere."
_LEFT_OVER = "The A record is left over: no endpoint has this address."


def _nowhere(name: Name, lookup: Lookup) -> str:
    """A linked zone without the record says no, unless its link redirects (private-dns-fallback.md)."""
    zone = f"privatelink.{name.domain}"
    if lookup.chain[-1:] == (name.alias,):
        return (
            f"The A record is missing from {zone}, or under the resolution policy Default another zone of that "
            "name is linked than the one that holds it."
        )
    return f"The resolver does not know {name.domain}: it must ask 168.63.129.16 for it, not only for {zone}."


def _connects(name: Name, calls: Sequence[Call], resolves: Standing, *, is_sure: bool) -> Statement:
    claim = f"{name.host} accepts TCP and TLS inside, with its own certificate"
    if resolves is Standing.UNPROVABLE or not calls:
        return Statement(claim, Standing.UNPROVABLE, "there is no address to connect to inside")
    evidence = "; ".join(str(call) for call in calls)
    reached = {call.reached for call in calls}
    if Reached.OTHER_CERTIFICATE in reached:
        return Statement(claim, Standing.REFUTED, evidence, _OTHER_CERTIFICATE)
    no_route = resolves is Standing.PROVEN and not is_sure
    if Reached.UNTRIED in reached or (Reached.UNCONNECTED in reached and no_route):
        return Statement(claim, Standing.UNPROVABLE, evidence, _NO_ROUTE if no_route else "")
    if Reached.UNCONNECTED in reached:
        diagnosis = _NO_ENDPOINT if resolves is Standing.PROVEN else _ELSEWHERE
        return Statement(claim, Standing.REFUTED, evidence, diagnosis)
    where = ", ".join(f"{call.address}:443" for call in calls)
    return Statement(claim, Standing.PROVEN, where)


_OTHER_CERTIFICATE = (
    "A certificate error: something else answers at this address, or a proxy opens TLS. Clients that use the "
    "privatelink name see it too, for no certificate is made out for that name."
)
_NO_ROUTE = "There may be no route from where Latch runs. LATCH_PROBE_PROXY names a proxy inside."
_NO_ENDPOINT = "A connection error: the endpoint is gone or not approved, or a security group or route is in the way."
_ELSEWHERE = "A connection error: the record points elsewhere, or the endpoint is gone."


def _answers(name: Name, sighting: Sighting, resolves: Standing, connects: Standing) -> Statement:
    lookup, calls = sighting.lookup, sighting.calls
    claim = f"{name.host} lets clients inside in: without credentials they are told 401"
    if connects is not Standing.PROVEN:
        return Statement(claim, Standing.UNPROVABLE, "no answer came from inside")
    evidence = "; ".join(str(call) for call in calls)
    refusals = [why for text, why in _REFUSALS if any(_says(call, text) for call in calls)]
    if refusals:
        way = _way(name, lookup, resolves)
        return Statement(claim, Standing.REFUTED, evidence, f"{refusals[0]}, {way}.")
    if any(call.status != _NO_CREDENTIALS for call in calls):
        return Statement(claim, Standing.UNPROVABLE, evidence)
    if resolves is not Standing.PROVEN:
        return Statement(claim, Standing.REFUTED, evidence, _BY_ANOTHER_WAY)
    return Statement(claim, Standing.PROVEN, evidence)


_REFUSALS = (
    (_DISABLED, "Public access is disabled"),
    (_BY_RULES, "Only selected networks are let in"),
    (_BY_HOST, "The call came in by the name of a region"),
)


def _way(name: Name, lookup: Lookup, resolves: Standing) -> str:
    if resolves is Standing.PROVEN:
        return "although DNS gives the endpoint's address: its connection may not be approved"
    if _is_public(name, lookup):
        return "and DNS gives the public address inside"
    return "and the name leads to another endpoint"


_BY_ANOTHER_WAY = "Clients inside are let in, but not by the private endpoint."


def _refuses(subject: Subject, name: Name, outside: Sequence[Sighting] | None) -> Statement:
    """A name that fails or a connection that fails is no proof: at Azure both work, and the answer is a 403."""
    claim = f"{name.host} refuses the internet"
    if outside is None:
        reason = "no view from the internet: LATCH_PROBE_PUBLIC_RESOLVER is not set"
        return Statement(claim, Standing.UNPROVABLE, reason)
    sighting = _of(name, outside)
    lookup = Lookup(Found.NO_ANSWER, (name.host,)) if sighting is None else sighting.lookup
    calls = () if sighting is None else sighting.calls
    if not calls or not lookup.addresses:
        return Statement(claim, Standing.UNPROVABLE, str(lookup))
    if set(name.addresses) & set(lookup.addresses) or lookup.chain[-1:] == (name.alias,):
        reason = "The public resolver gives a private address: it is inside."
        return Statement(claim, Standing.UNPROVABLE, str(lookup), reason)
    standing, diagnosis = _judge_refusals(subject, calls)
    return Statement(claim, standing, "; ".join(str(call) for call in calls), diagnosis)


def _judge_refusals(subject: Subject, calls: Sequence[Call]) -> tuple[Standing, str]:
    if any(call.status == _NO_CREDENTIALS or call.status in _SUCCESS for call in calls):
        return Standing.REFUTED, _OPEN_BY_RULES if subject.rules_refuse else _OPEN
    by_rules = [_says(call, _BY_RULES) for call in calls]
    if not all(
        _says(call, _DISABLED) or ruled for call, ruled in zip(calls, by_rules, strict=True)
    ):
        return Standing.UNPROVABLE, "Only the documented refusal is a proof of refusal."
    if any(by_rules) and not subject.rules_refuse:
        return Standing.REFUTED, _SELECTED
    return Standing.PROVEN, ""


_OPEN = "The account is open: a stranger is asked for credentials instead of being refused."
_OPEN_BY_RULES = f"{_OPEN} Or the network rules let in the place that Latch looks from."
_SELECTED = (
    "Public access is not disabled: selected networks may be let in, though not this caller."
)


def _says(call: Call, text: str) -> bool:
    """The message decides; its code is mostly just 403 (VNET article and field reports)."""
    return call.status == _FORBIDDEN and text in call.text.casefold()
