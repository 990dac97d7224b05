"""Which two keys open an account now?"""

import hashlib

from tests.harness.ids import key
from tests.harness.physics import account_errors
from tests.harness.world import Json, Resource

NAMES = ("key1", "key2")


def of(account: Resource) -> dict[str, str]:
    """A pure function of the account's id and of how often each key was made anew."""
    return {name: _made(account, name) for name in NAMES}


def listed(account: Resource) -> dict[str, str]:
    """The same for a caller of ARM. Raises when the account has no keys to use."""
    _check_allowed(account, "list")
    return of(account)


def regenerate(account: Resource, name: str) -> dict[str, str]:
    """Makes one key anew: what was handed out before opens nothing more."""
    _check_allowed(account, "regenerate")
    generations: Json = account.hidden.setdefault("keys", {})
    generations[name] = generations.get(name, 0) + 1
    return of(account)


def _check_allowed(account: Resource, verb: str) -> None:
    if account.properties.get("disableLocalAuth") is True:
        raise account_errors.keys_are_off(verb)


def _made(account: Resource, name: str) -> str:
    generation = account.hidden.get("keys", {}).get(name, 0)
    seed = f"lab {name} {generation} of {key(account.id)}"
    return hashlib.sha256(seed.encode()).hexdigest()[:32]
