"""Which resource comes next, when several may?

Azure deploys at the same time whatever does not depend on each other. So a template is right only if it is right in
every order that its dependencies allow: `last_first` turns the order of the file around, `shuffled` draws one.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from tests.harness.bicep.errors import BicepError
from tests.harness.bicep.names import needs
from tests.harness.bicep.syntax import Module, Resource, Template

type Order = Callable[[Sequence[str]], str]


def last_first(ready: Sequence[str]) -> str:
    return ready[-1]


def shuffled(seed: int) -> Order:
    return random.Random(seed).choice  # noqa: S311  # an order, no secret


def in_order(template: Template, order: Order) -> Iterator[Resource | Module]:
    """Everything that is to be deployed. Raises BicepError for a circle."""
    waiting: dict[str, Resource | Module] = {
        **{name: r for name, r in template.resources.items() if not r.existing},
        **template.modules,
    }
    first = {name: needs(template, name) for name in waiting}
    while waiting:
        ready = [name for name in waiting if not first[name] & set(waiting)]
        if not ready:
            name, declared = next(iter(waiting.items()))
            raise BicepError(declared.place, f"{name!r} waits for itself: {sorted(waiting)}")
        yield waiting.pop(order(ready))
