"""One function of every kind that the host has to serve; what a test sends decides what they do."""

import asyncio
import importlib.util
import json
import logging
import os
import time
import typing
from datetime import UTC, datetime

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
STORAGE = "AzureWebJobsStorage"


@app.event_grid_trigger(arg_name="event")
@app.queue_output(arg_name="lines", queue_name="lines", connection=STORAGE)
async def on_event(
    event: func.EventGridEvent,
    lines: func.Out[typing.List[str]],  # noqa: UP006 (the worker refuses list[str])
) -> None:
    data = event.get_json()
    if "boom" in data:
        raise ValueError(data["boom"])
    await asyncio.sleep(data.get("seconds", 0))
    lines.set(data.get("lines", []))


@app.event_grid_trigger(arg_name="event")
@app.queue_output(arg_name="seen", queue_name="lines", connection=STORAGE)
async def on_cloud_event(event: func.CloudEvent, seen: func.Out[str]) -> None:
    seen.set(f"{event.type} {event.subject}")


@app.queue_trigger(arg_name="message", queue_name="%WORK_QUEUE%", connection=STORAGE)
@app.queue_output(arg_name="done", queue_name="done", connection=STORAGE)
async def on_work(message: func.QueueMessage, done: func.Out[str]) -> None:
    logging.getLogger("sample").info("working")
    match message.get_body().decode().split(" "):
        case ["fail"]:
            raise ValueError("asked to fail")
        case ["crash"]:
            os._exit(7)
        case ["crash-once"] if message.dequeue_count == 1:
            os._exit(7)
        case ["say", *words]:
            done.set(" ".join(words))
        case ["wait", seconds]:
            await asyncio.sleep(float(seconds))
            done.set("waited")
        case _:
            inserted = message.insertion_time
            known = {"count": message.dequeue_count, "inserted": inserted is not None}
            done.set(json.dumps(known))


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")
@app.queue_output(arg_name="ticks", queue_name="ticks", connection=STORAGE)
@app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:30")
def on_timer(timer: func.TimerRequest, context: func.Context, ticks: func.Out[str]) -> None:
    retries = context.retry_context.retry_count
    if retries < 2:
        raise ValueError("not yet")
    ticks.set(f"{retries} of {context.retry_context.max_retry_count}, late: {timer.past_due}")


@app.route(route="accounts/{name}/recheck", methods=["POST", "GET"])
async def recheck(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "name": req.route_params["name"],
        "query": dict(req.params),
        "header": req.headers.get("x-asked-by"),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json", status_code=201)


@app.route(route="numbers/{number:int}", auth_level=func.AuthLevel.ANONYMOUS)
async def number(req: func.HttpRequest) -> str:
    return f"number {req.route_params['number']}"


@app.route(route="numbers/{word}", auth_level=func.AuthLevel.ANONYMOUS)
async def word(req: func.HttpRequest) -> str:
    return f"word {req.route_params['word']}"


@app.route(route="greeting/{name?}", auth_level=func.AuthLevel.ANONYMOUS)
def greeting(req: func.HttpRequest) -> str:
    return f"hello {req.route_params.get('name', 'nobody')}"


@app.route(route="files/{*rest}", auth_level=func.AuthLevel.ANONYMOUS)
async def files(req: func.HttpRequest) -> str:
    return str(req.route_params["rest"])


@app.route(route="secret", auth_level=func.AuthLevel.ADMIN)
async def secret(req: func.HttpRequest) -> str:
    return str(req.method)


@app.route(route="boom", auth_level=func.AuthLevel.ANONYMOUS)
async def boom(req: func.HttpRequest) -> str:
    raise RuntimeError(req.method)


@app.route(route="process", auth_level=func.AuthLevel.ANONYMOUS)
async def process(req: func.HttpRequest) -> func.HttpResponse:
    logging.getLogger("sample").info("asked by %s", req.method)
    await asyncio.create_task(_log_from_a_task())
    known = {
        "pid": os.getpid(),
        "now": datetime.now(UTC).isoformat(),
        "time": time.time(),
        "folder": os.getcwd(),  # noqa: PTH109 (as text)
        "environment": dict(os.environ),
        "harness": importlib.util.find_spec("tests") is not None,
    }
    return func.HttpResponse(json.dumps(known), mimetype="application/json")


async def _log_from_a_task() -> None:
    logging.getLogger("sample").info("from a task")
