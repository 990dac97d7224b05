"""Bicep without a compiler: templates are read, checked, evaluated, and put into ARM resource by resource.

Strict: a construct, function or decorator that is not listed here is a `BicepError` with file, line and column.
"""

from tests.harness.bicep.deploying import Deployment, Written, deploy
from tests.harness.bicep.errors import BicepError, Place
from tests.harness.bicep.manager import Manager, RefusedError
from tests.harness.bicep.order import Order, last_first, shuffled
from tests.harness.bicep.parser import load, parse
from tests.harness.bicep.scopes import Scope
from tests.harness.bicep.surroundings import Environment
from tests.harness.bicep.syntax import Template

__all__ = [
    "BicepError",
    "Deployment",
    "Environment",
    "Manager",
    "Order",
    "Place",
    "RefusedError",
    "Scope",
    "Template",
    "Written",
    "deploy",
    "last_first",
    "load",
    "parse",
    "shuffled",
]
