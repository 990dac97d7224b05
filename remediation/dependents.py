"""From a changed endpoint, zone, link or record: which accounts does it serve?

Asked in this order: the id itself, the endpoint while it still exists, the ledger's index, and at last every account
of the fleet that the policy ties to the resource. Too many is only slow; too few waits for the sweep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from remediation import intake
from remediation.errors import Terminal
from remediation.ids import ResourceId
from remediation.observed import Account
from remediation.ports import Cloud, Fleet, Ledger

type Tied = Callable[[Account], bool]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the answer may come from."""

    cloud: Cloud
    ledger: Ledger
    fleet: Fleet
    subscriptions: Sequence[str]


async def accounts_for(
    resource: ResourceId, sources: Sources, tied: Tied
) -> tuple[ResourceId, ...]:
    """Each account once. `tied` says whether the policy ties an account to this resource."""
    account = intake.account_of(resource)
    if account is not None:
        return (account,)
    owner = intake.owner_of(resource)
    targets = await _targets(owner, sources.cloud)
    if targets is not None:
        return tuple(dict.fromkeys(t for t in targets if intake.account_of(t) == t))
    served = await sources.ledger.served_by(owner)
    if not served:
        return await _from_fleet(resource, sources, tied)
    if resource.type == intake.RECORD:
        served = await _of_record(resource, served, sources, tied)
    return tuple(dict.fromkeys(served))


async def _targets(owner: ResourceId, cloud: Cloud) -> tuple[ResourceId, ...] | None:
    """What an endpoint leads to; None when it is gone, is no endpoint, or may not be read."""
    if owner.type != intake.ENDPOINT:
        return None
    try:
        return await cloud.endpoint_targets(owner)
    except Terminal:
        return None


async def _of_record(
    resource: ResourceId, served: tuple[ResourceId, ...], sources: Sources, tied: Tied
) -> tuple[ResourceId, ...]:
    """The account whose names the record carries, if one GET can prove it, or the fleet knows it; else all.

    A record bears the account's subdomain, which mostly is its name. Subdomains are unique in the world, so one match
    is enough; the name alone proves nothing, since another account may have it as its subdomain.
    """
    for account in served:
        if account.name.casefold() == resource.name.casefold():
            found = await _account(account, sources.cloud)
            if found is not None and _bears(found, resource.name):
                return (account,)
    fleet = sources.fleet.accounts(sources.subscriptions)
    unseen = [a.id async for a in fleet if _bears(a, resource.name) and tied(a)]
    return tuple(unseen) or served


async def _account(account: ResourceId, cloud: Cloud) -> Account | None:
    try:
        return await cloud.account(account)
    except Terminal:
        return None


async def _from_fleet(resource: ResourceId, sources: Sources, tied: Tied) -> tuple[ResourceId, ...]:
    fleet = sources.fleet.accounts(sources.subscriptions)
    accounts = [account async for account in fleet if tied(account)]
    if resource.type == intake.RECORD:
        accounts = [a for a in accounts if _bears(a, resource.name)] or accounts
    return tuple(dict.fromkeys(account.id for account in accounts))


def _bears(account: Account, record: str) -> bool:
    return (account.subdomain or "").casefold() == record.casefold()
