"""Does the request still speak of the resource as it is? If-Match and If-None-Match."""

from collections.abc import Mapping

from tests.harness.arm.errors import resource_not_found
from tests.harness.physics.errors import already_exists, precondition_failed
from tests.harness.world import Resource


def check(
    headers: Mapping[str, str], method: str, resource: Resource | None, noun: str, name: str
) -> None:
    """Raises 412 or 404. Source: RPC Addendum, the table of conditional requests."""
    if headers.get("If-None-Match") == "*" and resource is not None:
        raise already_exists(noun, name)
    wanted = headers.get("If-Match")
    if wanted is None:
        return
    if resource is None:
        if method == "DELETE":
            return
        if method == "PATCH":
            raise resource_not_found(name, "")
        raise precondition_failed(name)
    if wanted != "*" and plain(wanted) != plain(str(resource.body["etag"])):
        raise precondition_failed(name)


def plain(etag: str) -> str:
    """Observed: the SDK quotes Private DNS etags, which Azure gives bare."""
    return etag.removeprefix("W/").strip('"')
