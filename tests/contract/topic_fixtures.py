"""Everything that brings an alert to the lab's topic."""

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

from remediation.adapters.notifiers import TopicNotifier
from tests.contract.storage import LATCH
from tests.harness.certificates import Authority
from tests.harness.clock import LabClock
from tests.harness.credentials import LabCredential
from tests.harness.event_grid.custom_topic import AUDIENCE, CustomTopic, RefusedError
from tests.harness.sinks import AlertSink
from tests.harness.tokens import TokenError, Tokens
from tests.harness.weather import Weather
from tests.harness.world import Caller


class Grid:
    """One topic, and a notifier that may or may not send to it."""

    def __init__(self, authority: Authority) -> None:
        self.clock = LabClock()
        self.tokens = Tokens(self.clock)
        self.weather = Weather()
        self.sink = AlertSink()
        self.allowed = True
        self.topic = CustomTopic(self.clock, self.sink, self._authorize, authority, self.weather)
        self._authority = authority

    def notifier(self) -> TopicNotifier:
        connector = aiohttp.TCPConnector(ssl=self._authority.client())
        transport = AioHttpTransport(session=aiohttp.ClientSession(connector=connector))
        credential = LabCredential(self.tokens, LATCH)
        return TopicNotifier(self.topic.endpoint, credential, transport=transport)

    def _authorize(self, token: str) -> Caller:
        try:
            caller = self.tokens.read(token, AUDIENCE)
        except TokenError as error:
            raise RefusedError(401, error.code, error.message) from error
        if not self.allowed:
            raise RefusedError(403, "Forbidden", "The role EventGrid Data Sender is missing.")
        return caller
