"""What did a lab write down, and what of it should nobody read? Logs, tables, queues, alerts, and the journal."""

import os
from collections.abc import AsyncIterator, Mapping

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from tests.harness.azurite import KEY
from tests.harness.lab import Lab
from tests.harness.people import Person


async def produced(lab: Lab) -> Mapping[str, str]:
    """Every text, by where it was found."""
    found = {
        "the worker's log": lab.worker_log,
        "the alerts": "\n".join(repr(alert.event) for alert in lab.sink.alerts()),
        "the journal": "\n".join(repr(entry) for entry in lab.world.journal),
    }
    async for place, text in _tables(lab):
        found[place] = found.get(place, "") + text
    async for place, text in _queues(lab):
        found[place] = found.get(place, "") + text
    return found


async def _tables(lab: Lab) -> AsyncIterator[tuple[str, str]]:
    options = {"connection_verify": os.fspath(lab.authority.ca_file)}
    storage = lab.azurite.connection_string
    async with TableServiceClient.from_connection_string(storage, **options) as service:
        async for table in service.list_tables():
            async for row in service.get_table_client(table.name).list_entities():
                yield f"table {table.name}", f"{dict(row)}\n"


async def _queues(lab: Lab) -> AsyncIterator[tuple[str, str]]:
    """What waits now; what was handled has left its text in the tables and logs, or nowhere."""
    options = {"connection_verify": os.fspath(lab.authority.ca_file)}
    storage = lab.azurite.connection_string
    async with QueueServiceClient.from_connection_string(storage, **options) as service:
        async for queue in service.list_queues():
            for message in await service.get_queue_client(queue.name).peek_messages(32):
                yield f"queue {queue.name}", f"{message.content}\n"


def keys_of(lab: Lab) -> Mapping[str, str]:
    """What opens something. Whatever is signed begins as every token does."""
    if lab.host is None:
        raise ValueError("the lab runs without functions")
    return {
        "a key of storage": KEY,
        "the host key": lab.host.keys.host,
        "the master key": lab.host.keys.master,
        "the system key": lab.host.keys.system,
        "the header of the identity": lab.identity.header,
        "the key of the topic": lab.topic.key,
        "a key of an account": lab.api_key,
        "a token": "eyJ",
    }


def traces_of(person: Person) -> Mapping[str, str]:
    """By what a person is recognized. An object id names nobody, and stays: it tells opponents apart."""
    caller = person.caller
    return {
        "a name": caller.name,
        "a name in an address": caller.name.partition(" ")[0].casefold() + "@",
        "an address": caller.ip,
    }


def leaks(texts: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    """`what` in `where`, for each secret that was found."""
    return [
        f"{what} in {where}"
        for where, text in texts.items()
        for what, secret in secrets.items()
        if secret and secret.casefold() in text.casefold()
    ]
