"""Whose is a custom subdomain? It is for one account in the world, and for ever."""

import re

from tests.harness.ids import same
from tests.harness.physics import account_errors
from tests.harness.physics.deleted_accounts import DeletedAccounts
from tests.harness.world import Resource, World

SUBDOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}[a-z0-9]", re.IGNORECASE)


class Subdomains:
    """Names stay taken while their account can still be restored."""

    def __init__(self, world: World, deleted: DeletedAccounts) -> None:
        self._world = world
        self._deleted = deleted
        self._owners: dict[str, str] = {}

    def claim(self, account: Resource) -> None:
        """Remembers that the account holds its name."""
        subdomain = account.properties.get("customSubDomainName")
        if subdomain:
            self._owners[subdomain.casefold()] = account.id

    def check_change(self, account: Resource, wanted: str | None) -> None:
        """Raises when an account cannot take this name: it may get one, and never another."""
        present = account.properties.get("customSubDomainName")
        if present is None and wanted is not None:
            self.check_free(wanted)
        elif present is not None and (wanted is None or wanted.casefold() != present.casefold()):
            raise account_errors.subdomain_fixed()

    def check_free(self, subdomain: str) -> None:
        if not SUBDOMAIN.fullmatch(subdomain):
            raise account_errors.subdomain_invalid(subdomain)
        if not self.is_free(subdomain):
            raise account_errors.subdomain_taken(subdomain)

    def is_free(self, subdomain: str) -> bool:
        owner = self._owners.get(subdomain.casefold())
        if owner is None:
            return True
        holders = [d for d in self._deleted.all() if same(d.hidden["account"], owner)]
        present = self._world.get(owner)
        return not any(
            str(holder.properties.get("customSubDomainName")).casefold() == subdomain.casefold()
            for holder in (*holders, *([present] if present else []))
        )
