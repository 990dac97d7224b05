"""The triggers of Latch, and nothing else: each hands over to the same App."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import azure.functions as func

from remediation import VERSION, bootstrap, openapi
from remediation.adapters.names import (
    ALERTS_QUEUE,
    BATCHES_QUEUE,
    EVENTS_QUEUE,
    MAILBOX,
    REQUESTS_QUEUE,
    STATE,
    WATCH_QUEUE,
)
from remediation.app import App
from remediation.page_desk import alive
from remediation.rechecks import Answer

# Checked while the host indexes: a mistake in a setting or in the policy stops the start, and says where it is.
_configuration = bootstrap.configured(os.environ, Path(__file__).parent)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@cache
def latch() -> App:
    """Made by the first invocation: asynchronous clients bind to the running loop."""
    return bootstrap.connect(_configuration)


@app.function_name("on_queued_event")
@app.queue_trigger(arg_name="message", queue_name=EVENTS_QUEUE, connection=MAILBOX)
async def on_queued_event(message: func.QueueMessage) -> None:
    """An event that Event Grid put into the mailbox queue."""
    await latch().on_queued_event(_text(message), given_before=(message.dequeue_count or 1) > 1)


@app.function_name("on_event")
@app.event_grid_trigger(arg_name="event")
async def on_event(event: func.EventGridEvent) -> None:
    """An event that Event Grid pushed."""
    await latch().on_event(_body(event))


@app.function_name("on_watched_event")
@app.queue_trigger(arg_name="message", queue_name=WATCH_QUEUE, connection=MAILBOX)
async def on_watched_event(message: func.QueueMessage) -> None:
    """A change beside the private path, from the second event subscription."""
    await latch().on_watched_event(_text(message))


@app.function_name("on_request")
@app.queue_trigger(arg_name="message", queue_name=REQUESTS_QUEUE, connection=STATE)
async def on_request(message: func.QueueMessage) -> None:
    """A FULL pass that somebody or something asked for."""
    await latch().on_request(_text(message))


@app.function_name("on_alert")
@app.queue_trigger(arg_name="message", queue_name=ALERTS_QUEUE, connection=STATE)
async def on_alert(message: func.QueueMessage) -> None:
    """An alert that waits for delivery."""
    await latch().on_alert(_text(message))


@app.function_name("on_poisoned_event")
@app.queue_trigger(arg_name="message", queue_name=f"{EVENTS_QUEUE}-poison", connection=MAILBOX)
async def on_poisoned_event(message: func.QueueMessage) -> None:
    """An event that could not be handled."""
    await latch().on_poison(EVENTS_QUEUE, _text(message))


@app.function_name("on_poisoned_watched_event")
@app.queue_trigger(arg_name="message", queue_name=f"{WATCH_QUEUE}-poison", connection=MAILBOX)
async def on_poisoned_watched_event(message: func.QueueMessage) -> None:
    """A watched change that could not be handled."""
    await latch().on_poison(WATCH_QUEUE, _text(message))


@app.function_name("on_poisoned_request")
@app.queue_trigger(arg_name="message", queue_name=f"{REQUESTS_QUEUE}-poison", connection=STATE)
async def on_poisoned_request(message: func.QueueMessage) -> None:
    """A request that could not be handled."""
    await latch().on_poison(REQUESTS_QUEUE, _text(message))


@app.function_name("on_poisoned_alert")
@app.queue_trigger(arg_name="message", queue_name=f"{ALERTS_QUEUE}-poison", connection=STATE)
async def on_poisoned_alert(message: func.QueueMessage) -> None:
    """An alert that could not be handled: it stays in the outbox, and the sweep asks for it again."""
    latch().on_poisoned_alert(_text(message))


@app.function_name("on_sweep")
@app.timer_trigger(arg_name="timer", schedule=_configuration.settings.sweep_schedule)
async def on_sweep(timer: func.TimerRequest) -> None:
    """A look at the whole fleet."""
    del timer
    await latch().on_sweep()


@app.function_name("on_batch")
@app.queue_trigger(arg_name="message", queue_name=BATCHES_QUEUE, connection=STATE)
async def on_batch(message: func.QueueMessage) -> None:
    """A look at many accounts that a person asked for."""
    await latch().on_batch(_text(message))


@app.function_name("on_poisoned_batch")
@app.queue_trigger(arg_name="message", queue_name=f"{BATCHES_QUEUE}-poison", connection=STATE)
async def on_poisoned_batch(message: func.QueueMessage) -> None:
    """A look at many accounts that could not be begun."""
    await latch().on_poison(BATCHES_QUEUE, _text(message))


@app.function_name("recheck")
@app.route(route="recheck", methods=["POST"])
async def recheck(req: func.HttpRequest) -> func.HttpResponse:
    """A person asks for a look at one account, or at many."""
    return _response(await latch().rechecks.ask(req.get_body(), _headers(req)))


@app.function_name("recheck_progress")
@app.route(route="recheck/{id}", methods=["GET"])
async def recheck_progress(req: func.HttpRequest) -> func.HttpResponse:
    """How far such a look is."""
    accept = req.params.get("format") or _headers(req).get("accept", "")
    wanted = "text/csv" if accept == "csv" else accept
    return _response(await latch().rechecks.progress(req.route_params["id"], wanted))


@app.function_name("posture")
@app.route(route="posture", methods=["GET"])
async def posture(req: func.HttpRequest) -> func.HttpResponse:
    """How the fleet stands: a page, JSON or CSV."""
    return _response(await latch().desk.fleet(req.params, _headers(req).get("accept", "")))


@app.function_name("posture_account")
@app.route(route="posture/account", methods=["GET"])
async def posture_account(req: func.HttpRequest) -> func.HttpResponse:
    """How one account stands, and what happened to it."""
    return _response(await latch().desk.account(req.params, _headers(req).get("accept", "")))


@app.function_name("health")
@app.route(route="health", methods=["GET"])
async def health(req: func.HttpRequest) -> func.HttpResponse:
    """Whether Latch's own plumbing is well."""
    del req
    return _response(await latch().desk.check())


@app.function_name("health_live")
@app.route(route="health/live", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health_live(req: func.HttpRequest) -> func.HttpResponse:
    """That the worker answers. Load balancers have no key, so it tells nothing else."""
    del req
    return _response(alive())


@app.function_name("description")
@app.route(route="openapi.json", methods=["GET"])
async def description(req: func.HttpRequest) -> func.HttpResponse:
    """What can be asked over HTTP, as OpenAPI."""
    del req
    return _response(Answer(200, openapi.document(VERSION), {}))


def _body(event: func.EventGridEvent | func.CloudEvent) -> dict[str, Any]:
    """The event as it was on the wire: the host hands over either schema, whatever the annotation says."""
    if isinstance(event, func.CloudEvent):
        return {
            "specversion": event.specversion,
            "id": event.id,
            "source": event.source,
            "type": event.type,
            "subject": event.subject,
            "time": event.time and event.time.isoformat(),
            "data": event.get_json(),
        }
    return {
        "id": event.id,
        "topic": event.topic,
        "subject": event.subject,
        "eventType": event.event_type,
        "eventTime": event.event_time and event.event_time.isoformat(),
        "data": event.get_json(),
    }


def _text(message: func.QueueMessage) -> str:
    """Bytes that are no text are somebody's mistake too: they are judged like any malformed message."""
    return message.get_body().decode("utf-8", "replace")


def _headers(req: func.HttpRequest) -> dict[str, str]:
    """By their names in lower case: hosts differ in how they write them."""
    return {name.casefold(): value for name, value in req.headers.items()}


def _response(answer: Answer) -> func.HttpResponse:
    """Text as it is, everything else as JSON."""
    body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    headers = {"Content-Type": "application/json", **answer.headers}
    return func.HttpResponse(body, status_code=answer.status, headers=headers)
